@concurrency
Feature: Many clients write at once
  A job is delivered twice, a queue has many workers, a form is sent by everybody at nine o'clock. Whoever looks first and writes
  then is too late when another has written in between. "Many clients" are as many as --clients says, released together, each on
  a connection of its own.

  @AC-701 @asserts-operation
  Rule: AC-701 Many clients upsert one new key at once: exactly one is told created, the others updated; one record, no 5xx

    Scenario: A new contact, from many clients
      When many clients at once upsert into contacts by email:
        | email           | name              | notes               |
        | ada@example.com | Ada of {number}   | written by {number} |
      Then exactly one answer says created, the others say updated
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    Scenario: Ten new contacts, each from a few of the clients
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

    Scenario: A job that is delivered many times sends the same request each time
      When many clients at once upsert into contacts by email:
        | email           | name | age |
        | ada@example.com | Ada  | 36  |
      Then exactly one answer says created, the others say updated
      And these contacts are now stored:
        | email           | name | age | status |
        | ada@example.com | Ada  | 36  | active |
      And nothing else has changed
      And some order of the requests explains every answer and what is stored

    Scenario: A new key that is optional and unique
      When many clients at once upsert into contacts by phone:
        | phone            | email                     | name            |
        | +44 20 7946 0001 | ada.{number}@example.com  | Ada of {number} |
      Then exactly one answer says created, the others say updated
      And each key has one record, with the values of one request

    Scenario: A new key of several fields
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

    Scenario: Half of the clients send other fields of the new contact than the other half
      When many clients at once upsert into contacts by email:
        | email           | name | age      | notes               |
        | ada@example.com | Ada  | {number} |                     |
        | ada@example.com | Ada  |          | written by {number} |
      Then exactly one answer says created, the others say updated
      And one record in contacts has email ada@example.com
      And some order of the requests explains every answer and what is stored

    Scenario: A contact that is there already is created by nobody
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
  Rule: AC-702 Many clients update one record at once: what is stored is one writer's values, whole

    Background:
      Given these contacts are stored:
        | as  | email           | name | age | phone            | notes  |
        | Ada | ada@example.com | Ada  | 36  | +44 20 7946 0001 | before |
        | Bob | bob@example.com | Bob  | 40  | +44 20 7946 0002 | before |

    Scenario: All fields are one writer's
      When many clients at once upsert into contacts by email:
        | email           | name            | age      | notes               | status   |
        | ada@example.com | Ada of {number} | {number} | written by {number} | inactive |
      Then every answer is 200 and says updated
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored
      And Ada keeps id, created_at, phone, vip
      And Bob is as before

    Scenario: Writers of different fields don't undo each other
      When many clients at once upsert into contacts by email, while others read it:
        | email           | name            | age      | notes               | birthday   | vip  |
        | ada@example.com | Ada of {number} | {number} |                     |            |      |
        | ada@example.com |                 |          | written by {number} | 1815-12-10 | true |
      Then every answer is 200 and says updated
      And some order of the requests explains every answer and what is stored
      And Ada keeps id, created_at, phone, status
      And Bob is as before

    @needs-batch
    Scenario: Batches of different fields don't undo each other
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

    Scenario: Every write moves updated_at, and none moves created_at
      When many clients at once upsert into contacts by email:
        | email           | name | notes               |
        | ada@example.com | Ada  | written by {number} |
      Then every answer is 200 and says updated
      And Ada's updated_at is later than before
      And Ada keeps id, created_at, age, phone

    Scenario: Two records, each by half of the clients
      When many clients at once upsert into contacts by email:
        | email           | name            | age      | notes               |
        | ada@example.com | Ada of {number} | {number} | written by {number} |
        | bob@example.com | Bob of {number} | {number} | written by {number} |
      Then every answer is 200 and says updated
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored
      And Ada keeps id, created_at, phone
      And Bob keeps id, created_at, phone

  @AC-703
  Rule: AC-703 Many clients upsert different keys at once: all succeed

    Scenario: A new contact from each client
      When many clients at once upsert into contacts by email:
        | email                       | name              | age      | notes               |
        | person-{number}@example.com | Person {number}   | {number} | written by {number} |
      Then every answer is 200 and says created
      And every answer has an id of its own
      And each key has one record, with the values of one request

    Scenario: A contact of each client, written and read again and again
      When many clients at once upsert into contacts by email, five times each, and read it each time:
        | email                       | name            | age      | notes               |
        | person-{client}@example.com | Person {number} | {number} | written by {number} |
      Then for each record, exactly one answer says created, the others say updated
      And no reader has seen half of a write
      And some order of the requests explains every answer and what is stored

    Scenario: An account from each client, in another table
      When many clients at once upsert into accounts by name:
        | name             | currency |
        | Account {number} | EUR      |
      Then every answer is 200 and says created
      And every answer has an id of its own
      And each key has one record, with the values of one request

    Scenario: Different keys beside a contact that nobody names
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
  Rule: AC-706 Many clients ignore-insert one key at once: exactly one is told created

    Scenario: A new contact that is inserted once
      When many clients at once upsert into contacts by email and ignore a match:
        | email           | name            | notes               |
        | ada@example.com | Ada of {number} | written by {number} |
      Then exactly one answer says created, the others say ignored
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    Scenario: A recommendation that many workers find at the same time
      When many clients at once upsert into product_recommendations by room_id, product_name and ignore a match:
        | room_id | session_id   | product_name | category         | currency |
        | kitchen | s-{number}   | Lamp         | found by {number} | EUR      |
      Then exactly one answer says created, the others say ignored
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    Scenario: What is there already is left as it is by all of them
      Given these contacts are stored:
        | as  | email           | name | notes  |
        | Ada | ada@example.com | Ada  | before |
      When many clients at once upsert into contacts by email and ignore a match:
        | email           | name            | notes               |
        | ada@example.com | Ada of {number} | written by {number} |
      Then every answer is 200 and says ignored
      And Ada is as before
      And some order of the requests explains every answer and what is stored

    Scenario: The same request from all of them
      When many clients at once upsert into contacts by email and ignore a match:
        | email           | name | age |
        | ada@example.com | Ada  | 36  |
      Then exactly one answer says created, the others say ignored
      And one record in contacts has email ada@example.com
