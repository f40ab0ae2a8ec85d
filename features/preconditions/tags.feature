@preconditions
Feature: Every record has a tag
  Somebody reads a record, thinks about it, and writes it back. In between another may have written. The tag of a record says
  which state of it was read: it stays as long as nothing is written, and is another one after each write.

  Background:
    Given these contacts are stored:
      | as  | email           | name         | age | notes |
      | Ada | ada@example.com | Ada Lovelace | 36  | first |

  @AC-901 @defines-tag
  Rule: AC-901 The tag of a record stays as long as nothing is written, is another one after each write, and is the same in every answer about the record

    @S-zqzt
    Scenario: A record that is read twice has one tag
      When the editor, then the updater reads Ada twice
      Then every answer is 200
      And every answer has the same tag

    @S-kyv6
    Scenario: Each upsert gives the record another tag
      When the editor upserts into contacts by email:
        | email           | name          | age  |
        | ada@example.com | Ada King      | 36   |
        | ada@example.com | Ada King-Noel | 36   |
        | ada@example.com | Ada King-Noel | 37   |
        | ada@example.com | Ada King-Noel | null |
      Then the answer is 200 and says 4 updated
      And every answer has a tag of its own
      And the answer has the tag that a read gives

    @S-53ae
    Scenario Outline: A change of <field> alone by the <role> gives another tag
      Given Ada's tag has been read
      When the <role> upserts into contacts by email:
        | email           | <field> |
        | ada@example.com | <value> |
      Then the answer is 200 and says updated
      And Ada has another tag than before
      And the answer has the tag that a read gives

      Examples: Each type of field
        | field    | value            | role    |
        | name     | Ada King         | editor  |
        | status   | inactive         | updater |
        | age      | 37               | editor  |
        | phone    | +44 20 7946 0001 | editor  |
        | vip      | true             | editor  |
        | birthday | 1815-12-10       | editor  |
        | notes    | null             | editor  |

    @S-bz5d
    Scenario: A change of typed JSON alone gives another tag
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these raw_transactions are stored:
        | as  | reference | account_id | payload |
        | Raw | raw-1     | {Main.id}  | [1]     |
      And Raw's tag has been read
      When the editor upserts into raw_transactions by reference:
        | reference | payload |
        | raw-1     | [2]     |
      Then the answer is 200 and says updated
      And Raw has another tag than before

    @S-f99d
    Scenario: A new contact has a tag from the start
      When the editor upserts into contacts by email:
        | email           | name        |
        | bob@example.com | Bob Babbage |
      Then the answer is 200 and says created
      And the answer has the tag that a read gives

    @S-7jgv
    Scenario: A new image has a tag from the start
      When the creator upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key    | image_item_id | image_item_path |
        | org_123         | avatar | user_456      | s3://a/1.jpg    |
      Then the answer is 200 and says created
      And the answer has the tag that a read gives

    @S-e2aa @needs-records
    Scenario: A record that is created without an upsert has a tag
      When the editor creates in contacts:
        | email           | name        |
        | bob@example.com | Bob Babbage |
      Then the answer is 201
      And the answer has the tag that a read gives

    @S-qfwu @needs-records
    Scenario Outline: A partial update by the <role> gives the record another tag
      Given Ada's tag has been read
      When the <role> changes Ada:
        | notes  |
        | second |
      Then the answer is 200
      And the answer has the tag that a read gives
      And Ada has another tag than before

      Examples: Roles that may update
        | role    |
        | editor  |
        | updater |

    @S-vra8
    Scenario: Writing another record leaves the tag
      Given Ada's tag has been read
      When the editor upserts into contacts by email:
        | email           | name        |
        | bob@example.com | Bob Babbage |
      Then the answer is 200 and says created
      And Ada has the same tag as before

    @S-4mcc
    Scenario: Writing a child leaves the tag of its parent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And Main's tag has been read
      When the editor upserts into import_batches by reference:
        | reference | account_id | row_count  |
        | batch-1   | {Main.id}  | 4294967296 |
      Then the answer is 200 and says created
      And Main has the same tag as before

    @S-7quj
    Scenario: A refused upsert leaves the tag
      Given Ada's tag has been read
      When the editor upserts into contacts by email:
        | email           | name | notes  |
        | ada@example.com | `42` | second |
      Then the request is refused
      And Ada has the same tag as before

    @S-xuz4 @needs-conflict
    Scenario: An ignored upsert leaves the tag
      Given Ada's tag has been read
      When the editor upserts into contacts by email and ignores a match:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 200 and says ignored
      And the answer has the tag that a read gives
      And Ada has the same tag as before
