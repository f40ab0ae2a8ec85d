@concurrency @alone
Feature: Readers among writers, and batches that overlap
  A read sees the record before a write or after it, never half of it. Batches that name the same keys in different orders may
  wait for each other, but do not deadlock.

  @AC-704
  Rule: AC-704 A reader never sees half of a write

    @S-tmam
    Scenario: Readers of a contact that many clients update
      Given these contacts are stored:
        | as  | email           | name | age | notes  | birthday   |
        | Ada | ada@example.com | Ada  | 0   | before | 1815-12-10 |
      When many clients at once upsert into contacts by email, while others read it:
        | email           | name            | age      | notes               | birthday   |
        | ada@example.com | Ada of {number} | {number} | written by {number} | 1990-01-01 |
      Then no reader has seen half of a write
      And every answer is 200 and says updated
      And some order of the requests explains every answer and what is stored
      And Ada keeps id, created_at, phone, status

    @S-3b6b
    Scenario: Readers of a contact that is being created
      When many clients at once upsert into contacts by email, while others read it:
        | email           | name            | age      | notes               |
        | ada@example.com | Ada of {number} | {number} | written by {number} |
      Then no reader has seen half of a write
      And exactly one answer says created, the others say updated
      And some order of the requests explains every answer and what is stored

    @S-5yct
    Scenario: Concurrent updates keep the record's id and leave another record unchanged
      Given these contacts are stored:
        | as  | email           | name | age | notes  |
        | Ada | ada@example.com | Ada  | 0   | before |
        | Bob | bob@example.com | Bob  | 40  | before |
      When many clients at once upsert into contacts by email, while others read it:
        | email           | age      | notes               |
        | ada@example.com | {number} | written by {number} |
      Then no reader has seen half of a write
      And Ada keeps id, created_at, name
      And Bob is as before

    @S-j7zg @needs-batch
    Scenario: Variants that are written in one batch are read together
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | s-1        | kitchen | photo      |
      And these asset_variants are stored:
        | parent_asset_id | variant_type | storage_path  | width | processing_error |
        | {Photo.id}      | thumbnail    | kitchen/thumb | 1     | before           |
        | {Photo.id}      | optimized    | kitchen/opt   | 2     | before           |
        | {Photo.id}      | webp         | kitchen/webp  | 3     | before           |
      When many clients at once upsert batches into asset_variants by parent_asset_id, variant_type, while others read all of one parent_asset_id:
        | parent_asset_id | variant_type | width    | storage_path  | processing_error |
        | {Photo.id}      | thumbnail    | {number} | kitchen/thumb | try {number}     |
        | {Photo.id}      | optimized    | {number} | kitchen/opt   | try {number}     |
        | {Photo.id}      | webp         | {number} | kitchen/webp  | try {number}     |
      Then no reader has seen half of a write
      And every answer is 200 and says updated
      And some order of the requests explains every answer and what is stored

  @AC-705 @needs-batch
  Rule: AC-705 Batches that overlap end without a deadlock, with one record for each key

    @S-c8p9
    Scenario: New keys in opposite orders
      When many clients at once upsert batches into contacts by email:
        | email           | name            | notes               |
        | ada@example.com | Ada of {number} | written by {number} |
        | bob@example.com | Bob of {number} | written by {number} |
        | cat@example.com | Cat of {number} | written by {number} |
        | dan@example.com | Dan of {number} | written by {number} |
      Then for each record, exactly one answer says created, the others say updated
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored
      And nothing else has changed

    @S-b682
    Scenario: Known keys in opposite orders
      Given these contacts are stored:
        | as  | email           | name | notes  | phone            |
        | Ada | ada@example.com | Ada  | before | +44 20 7946 0001 |
        | Bob | bob@example.com | Bob  | before | +44 20 7946 0002 |
      When many clients at once upsert batches into contacts by email:
        | email           | name            | notes               |
        | ada@example.com | Ada of {number} | written by {number} |
        | bob@example.com | Bob of {number} | written by {number} |
      Then every answer is 200 and says updated
      And each key has one record, with the values of one request
      And Ada keeps id, created_at, phone
      And Bob keeps id, created_at, phone

    @S-7693
    Scenario: One shared key beside keys of each client's own
      When many clients at once upsert batches into contacts by email:
        | email                       | name            | notes               |
        | ada@example.com             | Ada of {number} | written by {number} |
        | person-{number}@example.com | Person {number} | written by {number} |
      Then for each record, exactly one answer says created, the others say updated
      And each key has one record, with the values of one request
