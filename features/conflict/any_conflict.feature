@conflict
Feature: Do nothing, whichever constraint
  Whoever retries does not always know which key stands in the way. An upsert without match fields that ignores conflicts
  looks at every unique key of the table.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status  | age | phone           | notes        |
      | Ada   | ada@example.com   | Ada Lovelace | pending | 36  | +44 20 7946 001 | Wrote Note G |
      | Grace | grace@example.com | Grace Hopper | active  | 85  | +1 212 555 0100 | Admiral      |

  @AC-212 @defines-any-conflict
  Rule: AC-212 Without match fields, an upsert that ignores conflicts is ignored on a conflict with any unique key; otherwise it creates the record

    @S-qszw
    Scenario: A conflict with either key is ignored
      When the editor upserts into contacts and ignores any conflict:
        | email             | name      | phone           |
        | ada@example.com   | Ada Byron | +44 20 7946 007 |
        | byron@example.com | Ada Byron | +44 20 7946 001 |
      Then the answer is 200 and says ignored, ignored
      And every answer has the same id
      And Ada, Grace are as before
      And nothing has been written

    @S-8b4n
    Scenario: Conflicts with two records are ignored
      When the editor upserts into contacts and ignores any conflict:
        | email           | name      | phone           |
        | ada@example.com | Ada Byron | +1 212 555 0100 |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before

    @S-u5bd
    Scenario: Without a conflict the record is created
      When the editor upserts into contacts and ignores any conflict:
        | email            | name        | phone           |
        | alan@example.com | Alan Turing | +44 20 7946 009 |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email            | name        | phone           | status |
        | alan@example.com | Alan Turing | +44 20 7946 009 | active |
      And Ada, Grace are as before

    @S-xew8
    Scenario: Null conflicts with nothing
      Given these contacts are stored:
        | as   | email            | name        |
        | Alan | alan@example.com | Alan Turing |
      When the editor upserts into contacts and ignores any conflict:
        | email            | name        | phone |
        | mary@example.com | Mary Somerville | null |
      Then the answer is 200 and says created
      And Alan is as before
      And one record in contacts has email mary@example.com

    @S-ajjj
    Scenario: The first of two equal requests creates the record, the second is ignored
      When the editor upserts twice into contacts and ignores any conflict:
        | email            | name        |
        | alan@example.com | Alan Turing |
      Then the answer is 200 and says created, ignored
      And every answer has the same id

    @S-6t53
    Scenario: A record that an ignored request meets is returned whole
      When the editor upserts into contacts and ignores any conflict:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says ignored
      And the answer holds the whole stored record

    @S-pubd
    Scenario: Where the table has no unique key, each request creates a record
      When the editor upserts twice into room_assets and ignores any conflict:
        | session_id | room_id | asset_type |
        | session-1  | kitchen | photo      |
      Then the answer is 200 and says created, created
      And every answer has an id of its own

    @S-f9r6
    Scenario: A conflict does not excuse a value of the wrong type
      When the editor upserts into contacts and ignores any conflict:
        | email           | name      | age          |
        | ada@example.com | Ada Byron | `"thirty-six"` |
      Then the answer is 400
      And nothing has been written

    @S-fvrj
    Scenario: Without a conflict every required field is needed
      When the editor upserts into contacts and ignores any conflict:
        | email            | age |
        | alan@example.com | 41  |
      Then the answer is 400
      And nothing has been written

    @S-hdb8
    Scenario: Values created without a conflict come back as they were sent
      When the editor upserts into contacts and ignores any conflict:
        | email            | name | notes | vip   | birthday   | age |
        | oona@example.com | 0    | `""`  | false | 1500-02-28 | 0   |
      Then the answer is 200 and says created
      And each value comes back as it was sent

    @S-94r2 @needs-batch
    Scenario: In a batch each record is looked at by itself
      When the editor upserts a batch into contacts and ignores any conflict:
        | email             | name        | phone           |
        | alan@example.com  | Alan Turing | +44 20 7946 009 |
        | byron@example.com | Ada Byron   | +44 20 7946 001 |
        | mary@example.com  | Mary        |                 |
      Then the answer is 200 and says created, ignored, created
      And Ada, Grace are as before
      And no record in contacts has email byron@example.com

    @S-zmrk @needs-transactions
    Scenario: In a transaction a conflict is ignored
      When the editor upserts in a transaction into contacts and ignores any conflict:
        | email             | name      | phone           |
        | byron@example.com | Ada Byron | +44 20 7946 001 |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before
      And nothing has been written
