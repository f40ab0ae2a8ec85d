@preconditions
Feature: Create only what is not there, and read only what is new
  With If-None-Match and a star an upsert creates and never updates. With a tag a read is answered with the record only if it
  is no longer the one that the caller has.

  Background:
    Given these contacts are stored:
      | as  | email           | name         | age | phone            |
      | Ada | ada@example.com | Ada Lovelace | 36  | +44 20 7946 0001 |

  @AC-903
  Rule: AC-903 An upsert with If-None-Match * creates where nothing matches; where a record matches it is answered with 412, and nothing is written

    @S-xedq
    Scenario: What does not match is created
      When the editor upserts into contacts by email with If-None-Match *:
        | email           | name        | age |
        | bob@example.com | Bob Babbage | 40  |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name        | age |
        | bob@example.com | Bob Babbage | 40  |
      And nothing else has changed

    @S-mjj9
    Scenario Outline: A match by <match> is refused
      When the editor upserts into contacts by <match> with If-None-Match *:
        | email           | phone            | name     |
        | ada@example.com | +44 20 7946 0001 | Ada King |
      Then the answer is 412
      And nothing has been written

      Examples: Each unique key
        | match |
        | email |
        | phone |

    @S-xggs
    Scenario: The same upsert again is refused
      When the editor upserts into contacts by email with If-None-Match *:
        | email           | name        |
        | bob@example.com | Bob Babbage |
        | bob@example.com | Bob Noel    |
      Then the answer is 412
      And these contacts are now stored:
        | email           | name        |
        | bob@example.com | Bob Babbage |
      And nothing else has changed

    @S-5xnc
    Scenario: A match by a key of several fields is refused
      Given these image_metadata are stored:
        | as     | organization_id | key    | image_item_id | image_item_path |
        | Avatar | org_123         | avatar | user_456      | s3://a/1.jpg    |
      When the editor upserts into image_metadata by organization_id, key, image_item_id with If-None-Match *:
        | organization_id | key    | image_item_id | image_item_path |
        | org_123         | avatar | user_456      | s3://a/2.jpg    |
      Then the answer is 412
      And nothing has been written

    @S-n53b
    Scenario: Another value of the same key is created
      Given these image_metadata are stored:
        | as     | organization_id | key    | image_item_id | image_item_path |
        | Avatar | org_123         | avatar | user_456      | s3://a/1.jpg    |
      When the editor upserts into image_metadata by organization_id, key, image_item_id with If-None-Match *:
        | organization_id | key    | image_item_id | image_item_path |
        | org_123         | banner | user_456      | s3://a/2.jpg    |
      Then the answer is 200 and says created
      And nothing else has changed

    @S-a3t6
    Scenario: A new contact with a phone number that is taken is refused
      When the editor upserts into contacts by email with If-None-Match *:
        | email           | name        | phone            |
        | bob@example.com | Bob Babbage | +44 20 7946 0001 |
      Then the answer is 400 or 409 or 412 or 422
      And nothing has been written

    @S-vsw4 @needs-records
    Scenario: A deleted contact is created anew
      Given Ada has been deleted
      When the editor upserts into contacts by email with If-None-Match *:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name     | age  |
        | ada@example.com | Ada King | null |

  @AC-906 @should
  Rule: AC-906 A read with If-None-Match and the tag of the record is answered with 304 and no body

    @S-zy9q
    Scenario Outline: A read with <tags> is answered with 304
      When the viewer reads Ada with If-None-Match <tags>
      Then the answer is 304

      Examples: The current tag, alone, in a list and as a weak one
        | tags                 |
        | Ada's tag            |
        | "made-up", Ada's tag |
        | Ada's weak tag       |
        | *                    |

    @S-qfxn
    Scenario Outline: A read with <tags> is answered with the record
      Given Ada has been changed to have name Ada King
      When the viewer reads Ada with If-None-Match <tags>
      Then the answer is 200
      And the answer holds the stored record

      Examples: Other tags
        | tags                         |
        | Ada's earlier tag            |
        | "made-up"                    |
        | Ada's earlier tag, "made-up" |
