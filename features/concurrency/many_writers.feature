@concurrency @alone
Feature: Many clients write at once
  A job is delivered twice, a queue has many workers, many people submit a form at the same time. A server that first looks for
  the record and then writes can be overtaken by another request in between. The number of clients is set by --clients; they
  start together, each on a connection of its own.

  @AC-701
  Rule: AC-701 Many clients upsert one new key at once: exactly one answer says created, the others updated; one record, no 5xx

    @S-setz
    Scenario: Many clients create one contact
      When many clients at once upsert into contacts by email:
        | email           | name              | notes               |
        | ada@example.com | Ada of {number}   | written by {number} |
      Then exactly one answer says created, the others say updated
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    @S-jswy
    Scenario: Many clients create ten contacts
      When many clients at once upsert into contacts by email:
        | email           | name            | notes               |
        | ada@example.com | Ada of {number} | written by {number} |
        | bob@example.com | Bob of {number} | written by {number} |
        | cat@example.com | Cat of {number} | written by {number} |
        | dan@example.com | Dan of {number} | written by {number} |
        | eve@example.com | Eve of {number} | written by {number} |
        | fay@example.com | Fay of {number} | written by {number} |
        | gus@example.com | Gus of {number} | written by {number} |
        | hal@example.com | Hal of {number} | written by {number} |
        | ivy@example.com | Ivy of {number} | written by {number} |
        | jon@example.com | Jon of {number} | written by {number} |
      Then for each record, exactly one answer says created, the others say updated
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    @S-h23k
    Scenario: Many clients send the same request
      When many clients at once upsert into contacts by email:
        | email           | name | age |
        | ada@example.com | Ada  | 36  |
      Then exactly one answer says created, the others say updated
      And these contacts are now stored:
        | email           | name | age | status |
        | ada@example.com | Ada  | 36  | active |
      And nothing else has changed
      And some order of the requests explains every answer and what is stored

    @S-m783
    Scenario: Many clients create one contact by phone number
      When many clients at once upsert into contacts by phone:
        | phone            | email                     | name            |
        | +44 20 7946 0001 | ada.{number}@example.com  | Ada of {number} |
      Then exactly one answer says created, the others say updated
      And each key has one record, with the values of one request

    @S-3f2c
    Scenario: Many clients create one record by a key of several fields
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | s-1        | kitchen | photo      |
      When many clients at once upsert into asset_variants by parent_asset_id, variant_type:
        | parent_asset_id | variant_type | storage_path    | width    | processing_error |
        | {Photo.id}      | thumbnail    | kitchen/1.thumb | {number} | try {number}     |
      Then exactly one answer says created, the others say updated
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored
      And Photo is as before

    @S-jkb7 @asserts-unmentioned
    Scenario: Two groups of clients send different fields of a new contact
      When many clients at once upsert into contacts by email:
        | email           | name | age      | notes               |
        | ada@example.com | Ada  | {number} |                     |
        | ada@example.com | Ada  |          | written by {number} |
      Then exactly one answer says created, the others say updated
      And one record in contacts has email ada@example.com
      And some order of the requests explains every answer and what is stored

    @S-u9qq
    Scenario: Nobody creates a contact that is already stored
      Given these contacts are stored:
        | as  | email           | name |
        | Ada | ada@example.com | Ada  |
      When many clients at once upsert into contacts by email:
        | email           | name            |
        | ada@example.com | Ada of {number} |
      Then every answer is 200 and says updated
      And Ada keeps id, created_at, email, status
      And each key has one record, with the values of one request

  @AC-702
  Rule: AC-702 Many clients update one record at once: the stored values are those of one writer, whole

    Background:
      Given these contacts are stored:
        | as  | email           | name | age | phone            | notes  |
        | Ada | ada@example.com | Ada  | 36  | +44 20 7946 0001 | before |
        | Bob | bob@example.com | Bob  | 40  | +44 20 7946 0002 | before |

    @S-4wkc
    Scenario: All stored fields come from one writer
      When many clients at once upsert into contacts by email:
        | email           | name            | age      | notes               | status   |
        | ada@example.com | Ada of {number} | {number} | written by {number} | inactive |
      Then every answer is 200 and says updated
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored
      And Ada keeps id, created_at, phone, vip
      And Bob is as before

    @S-mab3 @asserts-unmentioned
    Scenario: Writers of different fields do not undo each other
      When many clients at once upsert into contacts by email, while others read it:
        | email           | name            | age      | notes               | birthday   | vip  |
        | ada@example.com | Ada of {number} | {number} |                     |            |      |
        | ada@example.com |                 |          | written by {number} | 1815-12-10 | true |
      Then every answer is 200 and says updated
      And some order of the requests explains every answer and what is stored
      And Ada keeps id, created_at, phone, status
      And Bob is as before

    @S-v2ca @needs-records @asserts-unmentioned
    Scenario: Partial updates of different fields do not undo each other
      When many clients at once change Ada:
        | name            | age      | notes               | birthday   | vip  |
        | Ada of {number} | {number} |                     |            |      |
        |                 |          | written by {number} | 1815-12-10 | true |
      Then every answer is 200
      And some order of the requests explains every answer and what is stored
      And Ada keeps id, created_at, phone, status
      And Bob is as before

    @S-9svf @needs-batch @asserts-unmentioned
    Scenario: Batches of different fields do not undo each other
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | s-1        | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path  | width | processing_error |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/thumb | 1     | before           |
        |       | {Photo.id}      | webp         | kitchen/webp  | 2     | before           |
      When many clients at once upsert batches of 2 into asset_variants by parent_asset_id, variant_type, while others read all of one parent_asset_id:
        | parent_asset_id | variant_type | width    | processing_error |
        | {Photo.id}      | thumbnail    | {number} |                  |
        | {Photo.id}      | webp         | {number} |                  |
        | {Photo.id}      | thumbnail    |          | try {number}     |
        | {Photo.id}      | webp         |          | try {number}     |
      Then every answer is 200 and says updated
      And some order of the requests explains every answer and what is stored
      And Thumb keeps id, created_at, storage_path

    @S-vf9u
    Scenario: Concurrent writes move updated_at and keep created_at
      When many clients at once upsert into contacts by email:
        | email           | name | notes               |
        | ada@example.com | Ada  | written by {number} |
      Then every answer is 200 and says updated
      And Ada's updated_at is later than before
      And Ada keeps id, created_at, age, phone

    @S-g59d
    Scenario: Two records are each updated by half of the clients
      When many clients at once upsert into contacts by email:
        | email           | name            | age      | notes               |
        | ada@example.com | Ada of {number} | {number} | written by {number} |
        | bob@example.com | Bob of {number} | {number} | written by {number} |
      Then every answer is 200 and says updated
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored
      And Ada keeps id, created_at, phone
      And Bob keeps id, created_at, phone

    @S-532t @needs-conflict
    Scenario: Of many clients that update a record only in one state, one does
      When many clients at once upsert into contacts by email and update only where notes is before:
        | email           | name            | age      | notes               |
        | ada@example.com | Ada of {number} | {number} | written by {number} |
      Then exactly one answer says updated, the others say ignored
      And each key has one record, with the values of one request
      And Ada keeps id, created_at, phone
      And Bob is as before

    @S-z9xb @needs-conflict
    Scenario: Many clients replace one contact
      Given these contacts are stored:
        | as  | email           | name | notes  | phone           |
        | Ada | ada@example.com | Ada  | before | +44 20 7946 001 |
      When many clients at once upsert into contacts by email and replace a match:
        | email           | name            | notes               |
        | ada@example.com | Ada of {number} | written by {number} |
      Then every answer is 200 and says updated
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

  @AC-703
  Rule: AC-703 Many clients upsert different keys at once: all succeed

    @S-bexu
    Scenario: Each client creates a contact of its own
      When many clients at once upsert into contacts by email:
        | email                       | name              | age      | notes               |
        | person-{number}@example.com | Person {number}   | {number} | written by {number} |
      Then every answer is 200 and says created
      And every answer has an id of its own
      And each key has one record, with the values of one request

    @S-jhju
    Scenario: Each client writes and reads its own contact repeatedly
      When many clients at once upsert into contacts by email, five times each, and read it each time:
        | email                       | name            | age      | notes               |
        | person-{client}@example.com | Person {number} | {number} | written by {number} |
      Then for each record, exactly one answer says created, the others say updated
      And no reader has seen half of a write
      And some order of the requests explains every answer and what is stored

    @S-zdf6
    Scenario: Each client creates an account of its own
      When many clients at once upsert into accounts by name:
        | name             | currency |
        | Account {number} | EUR      |
      Then every answer is 200 and says created
      And every answer has an id of its own
      And each key has one record, with the values of one request

    @S-en54
    Scenario: Creating other contacts leaves a stored contact unchanged
      Given these contacts are stored:
        | as  | email           | name | notes  |
        | Bob | bob@example.com | Bob  | before |
      When many clients at once upsert into contacts by email:
        | email                       | name            |
        | person-{number}@example.com | Person {number} |
      Then every answer is 200 and says created
      And some order of the requests explains every answer and what is stored
      And Bob is as before

  @AC-706 @needs-conflict @asserts-operation
  Rule: AC-706 Many clients ignore-insert one key at once: exactly one answer says created

    @S-bccg
    Scenario: Many clients insert one contact once
      When many clients at once upsert into contacts by email and ignore a match:
        | email           | name            | notes               |
        | ada@example.com | Ada of {number} | written by {number} |
      Then exactly one answer says created, the others say ignored
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    @S-2746
    Scenario: Many workers insert one recommendation once
      When many clients at once upsert into product_recommendations by room_id, product_name and ignore a match:
        | room_id | session_id   | product_name | category         | currency |
        | kitchen | s-{number}   | Lamp         | found by {number} | EUR      |
      Then exactly one answer says created, the others say ignored
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    @S-rygm
    Scenario: A stored contact is ignored by all clients
      Given these contacts are stored:
        | as  | email           | name | notes  |
        | Ada | ada@example.com | Ada  | before |
      When many clients at once upsert into contacts by email and ignore a match:
        | email           | name            | notes               |
        | ada@example.com | Ada of {number} | written by {number} |
      Then every answer is 200 and says ignored
      And Ada is as before
      And some order of the requests explains every answer and what is stored

    @S-2ymq
    Scenario: Many clients send the same insert
      When many clients at once upsert into contacts by email and ignore a match:
        | email           | name | age |
        | ada@example.com | Ada  | 36  |
      Then exactly one answer says created, the others say ignored
      And one record in contacts has email ada@example.com

  @AC-707 @needs-conflict
  Rule: AC-707 Many clients create one key at once and refuse a match: exactly one is done, and the others are answered with 409

    @S-vjeg
    Scenario: Many clients create one contact, and none updates it
      When many clients at once upsert into contacts by email and refuse a match:
        | email           | name            | notes               |
        | ada@example.com | Ada of {number} | written by {number} |
      Then exactly one answer is 200, the others are 409
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    @S-brn7
    Scenario: Many workers create one recommendation, and none updates it
      When many clients at once upsert into product_recommendations by room_id, product_name and refuse a match:
        | room_id | session_id | product_name | category          | currency |
        | kitchen | s-{number} | Lamp         | found by {number} | EUR      |
      Then exactly one answer is 200, the others are 409
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    @S-54uj
    Scenario: Many clients send the same create
      When many clients at once upsert into contacts by email and refuse a match:
        | email           | name | age |
        | ada@example.com | Ada  | 36  |
      Then exactly one answer is 200, the others are 409
      And these contacts are now stored:
        | email           | name | age |
        | ada@example.com | Ada  | 36  |
      And some order of the requests explains every answer and what is stored

  @AC-708 @needs-records
  Rule: AC-708 Many clients delete at once: each record is deleted once, and nothing is left that refers to it

    @S-3auq
    Scenario: Of many clients that delete one contact, one does
      Given these contacts are stored:
        | as  | email           | name |
        | Ada | ada@example.com | Ada  |
        | Bob | bob@example.com | Bob  |
      When many clients at once delete Ada
      Then exactly one answer is 204, the others are 404
      And Ada is gone
      And Bob is as before

    @S-3euy
    Scenario: Contacts that others delete are updated before, or created anew
      Given these contacts are stored:
        | as  | email           | name | notes |
        | Ada | ada@example.com | Ada  | old   |
        | Bob | bob@example.com | Bob  | old   |
        | Cat | cat@example.com | Cat  | old   |
        | Dan | dan@example.com | Dan  | old   |
        | Eve | eve@example.com | Eve  | old   |
        | Flo | flo@example.com | Flo  | old   |
      When many clients at once upsert into contacts by email, while others delete them:
        | email           | name   | notes |
        | ada@example.com | Ada N. | new   |
        | bob@example.com | Bob N. | new   |
        | cat@example.com | Cat N. | new   |
        | dan@example.com | Dan N. | new   |
        | eve@example.com | Eve N. | new   |
        | flo@example.com | Flo N. | new   |
      Then each record is gone if its upsert says updated, or stored if it says created

    @S-6hz9
    Scenario: What others add to an asset that is deleted does not outlive it
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | s-1        | kitchen | photo      |
      When many clients at once upsert into asset_variants by parent_asset_id, variant_type, while another deletes Photo:
        | parent_asset_id | variant_type | storage_path     | width    |
        | {Photo.id}      | thumbnail    | kitchen/{number} | {number} |
        | {Photo.id}      | optimized    | kitchen/{number} | {number} |
        | {Photo.id}      | webp         | kitchen/{number} | {number} |
      Then every answer is 200 or 204 or 400 or 409 or 422
      And no record in asset_variants has parent_asset_id {Photo.id}
      And Photo is gone
