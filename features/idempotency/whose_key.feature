@idempotency
Feature: Whose key it is, and what happens in between
  A key belongs to one caller and one path. Whoever sends it does not learn what another caller has done, and it does not undo
  what has happened since.

  Background:
    Given these contacts are stored:
      | as    | email             | name         |
      | Grace | grace@example.com | Grace Hopper |

  @AC-924
  Rule: AC-924 The key of another caller or of another path is another key, and permissions are checked anew

    @S-gnqu
    Scenario: Another caller's key
      When the editor with the key retry-1, then the updater with the key retry-1 upserts twice into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, updated
      And every answer has the same id
      And each answer's updated_at is later than the one before
      And one record in contacts has email ada@example.com

    @S-abja
    Scenario: Another caller's key with another body
      When the creator with the key retry-1, then the editor with the key retry-1 upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
        | ada@example.com | Ada King     |
      Then the answer is 200 and says created, updated
      And every answer has the same id
      And these contacts are now stored:
        | email           | name     |
        | ada@example.com | Ada King |

    @S-v3vq
    Scenario Outline: The <role> does not get the editor's answer
      When the editor with the key retry-1, then the <role> with the key retry-1 upserts twice into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 403
      And nothing has been written since the first request

      Examples: Roles that may not update
        | role    |
        | creator |
        | viewer  |

    @S-jjd7
    Scenario Outline: Somebody with <credential> does not get the editor's answer
      When the editor with the key retry-1, then somebody with <credential> with the key retry-1 upserts twice into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 401
      And nothing has been written since the first request

      Examples: Invalid credentials
        | credential      |
        | no credentials  |
        | a made-up token |

    @S-nrxw
    Scenario: The same body for another table
      Given the editor with the key retry-1 has upserted into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      When the editor with the key retry-1 upserts into users by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, created
      And the answer holds the stored record

    @S-baua @needs-records
    Scenario: A create of the same fields for another table
      Given the editor with the key retry-1 has upserted into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      When the editor with the key retry-1 creates in users:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 201
      And the answer holds the stored record

  @AC-927 @should
  Rule: AC-927 After the record has been changed or deleted, the first answer SHOULD come again, and nothing is written

    @S-tcpx
    Scenario: A create is sent again after the record was changed
      Given the editor with the key retry-1 has upserted into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      And these contacts are stored:
        | as  | email           | name     | age |
        | Ada | ada@example.com | Ada King | 36  |
      When the editor with the key retry-1 upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, created
      And nothing has been written

    @S-c7at
    Scenario: An update is sent again after the record was changed
      Given these contacts are stored:
        | email             | name         |
        | ada@example.com   | Ada Lovelace |
      And the editor with the key retry-1 has upserted into contacts by email:
        | email           | name     |
        | ada@example.com | Ada King |
      And these contacts are stored:
        | as  | email           | name      |
        | Ada | ada@example.com | Ada Byron |
      When the editor with the key retry-1 upserts into contacts by email:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 200 and says updated, updated
      And Ada is as before

    @S-xps5
    Scenario: A create is sent again after the record was deleted
      Given the editor with the key retry-1 has upserted into contacts by email:
        | as  | email           | name         |
        | Ada | ada@example.com | Ada Lovelace |
      And Ada has been deleted
      When the editor with the key retry-1 upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, created
      And Ada is gone
      And nothing has been written

    @S-748a
    Scenario: An update is sent again after the record was deleted
      Given these contacts are stored:
        | email             | name         |
        | ada@example.com   | Ada Lovelace |
      And the editor with the key retry-1 has upserted into contacts by email:
        | as  | email           | name     |
        | Ada | ada@example.com | Ada King |
      And Ada has been deleted
      When the editor with the key retry-1 upserts into contacts by email:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 200 and says updated, updated
      And Ada is gone
