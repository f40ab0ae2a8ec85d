@concurrency
Feature: Readers among writers, and batches that overlap
  Who reads while others write sees what was there before a write, or all of it. Batches that name the same keys in another order
  wait for each other, and none waits for good.

  @AC-704
  Rule: AC-704 A reader never sees half of a write

    Scenario: A contact that many write, and others read
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

    Scenario: A contact that is created while others look for it
      When many clients at once upsert into contacts by email, while others read it:
        | email           | name            | age      | notes               |
        | ada@example.com | Ada of {number} | {number} | written by {number} |
      Then no reader has seen half of a write
      And exactly one answer says created, the others say updated
      And some order of the requests explains every answer and what is stored

    Scenario: A record that many write stays where it is, and so does its neighbour
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

    @needs-batch
    Scenario: The variants of a photo, which are written together, are read together
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

    Scenario: New keys, in one order and in the other
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

    Scenario: Keys that are there already, in one order and in the other
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

    Scenario: A key that all share, beside keys that nobody shares
      When many clients at once upsert batches into contacts by email:
        | email                       | name            | notes               |
        | ada@example.com             | Ada of {number} | written by {number} |
        | person-{number}@example.com | Person {number} | written by {number} |
      Then for each record, exactly one answer says created, the others say updated
      And each key has one record, with the values of one request
