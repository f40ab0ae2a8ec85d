@core
Feature: The answer says what was done
  A client needs to know whether its record is new, and that repeating a request does no harm.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status |
      | Grace | grace@example.com | Grace Hopper | active |

  @AC-012 @defines-operation @asserts-answer @asserts-operation
  Rule: AC-012 An upsert is answered with 200 and with the operation that was done

    @S-qa8z
    Scenario: The first upsert of a key says created
      When the editor upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created

    @S-w9kp
    Scenario: The second upsert of a key says updated even if nothing changes
      When the editor upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, updated

    @S-9yxu
    Scenario: An upsert that changes something says updated
      When the editor upserts into contacts by email:
        | email             | name                  | status   |
        | grace@example.com | Grace Brewster Hopper | inactive |
      Then the answer is 200 and says updated

    @S-2y6t
    Scenario: Only the match field decides between created and updated
      When the editor upserts into contacts by email:
        | email            | name         | status |
        | grace@example.co | Grace Hopper | active |
      Then the answer is 200 and says created

    @S-bcjc
    Scenario: A match by phone says updated too
      When the editor upserts into contacts by phone:
        | email             | name         | phone           |
        | ada@example.com   | Ada Lovelace | +44 20 7946 001 |
        | byron@example.com | Ada Byron    | +44 20 7946 001 |
      Then the answer is 200 and says created, updated

    @S-pz2u
    Scenario: An upsert after a refused one still says created
      When the editor upserts into contacts by email:
        | email           | name         | age            |
        | ada@example.com | Ada Lovelace | `"thirty-six"` |
        | ada@example.com | Ada Lovelace | 36             |
      Then the last answer is 200 and says created

  @AC-014
  Rule: AC-014 The whole workflow: create, repeat, change and read back give one record with one id and the last values

    @S-s59s
    Scenario: A contact is created, repeated, changed and read back
      When the editor upserts into contacts by email:
        | email           | name         | status   | age |
        | ada@example.com | Ada Lovelace | active   |     |
        | ada@example.com | Ada Lovelace | active   |     |
        | ada@example.com | Ada Byron    | inactive | 36  |
      Then the answer is 200 and says created, updated, updated
      And every answer has the same id
      And these contacts are now stored:
        | email           | name      | status   | age |
        | ada@example.com | Ada Byron | inactive | 36  |
      And the record reads the same by its id
      And nothing else has changed

    @S-tdm4 @asserts-unmentioned
    Scenario: Fields that are sent one after the other are all kept
      When the editor upserts into contacts by email:
        | email           | name         | age | vip  | notes        |
        | ada@example.com | Ada Lovelace |     |      |              |
        | ada@example.com |              | 36  |      |              |
        | ada@example.com |              |     | true | Wrote Note G |
      Then the answer is 200 and says created, updated, updated
      And every answer has the same id
      And these contacts are now stored:
        | email           | name         | age | vip  | notes        |
        | ada@example.com | Ada Lovelace | 36  | true | Wrote Note G |

    @S-wh9s
    Scenario: Two contacts that are upserted in turn stay two
      When the editor upserts into contacts by email:
        | email            | name         |
        | ada@example.com  | Ada Lovelace |
        | alan@example.com | Alan Turing  |
        | ada@example.com  | Ada Byron    |
        | alan@example.com | A. M. Turing |
      Then the answer is 200 and says created, created, updated, updated
      And these contacts are now stored:
        | email            | name         |
        | ada@example.com  | Ada Byron    |
        | alan@example.com | A. M. Turing |
      And nothing else has changed

    @S-emjc
    Scenario: The answer holds the matched record even after another contact was created
      When the editor upserts into contacts by email:
        | email            | name         |
        | ada@example.com  | Ada Lovelace |
        | alan@example.com | Alan Turing  |
        | ada@example.com  | Ada Byron    |
      Then the answer is 200 and says created, created, updated
      And the answer holds the stored record
      And the record reads the same by its id

    @S-a7qq
    Scenario: Repeating an upsert many times leaves one record
      When the editor upserts into contacts by email:
        | email           | name         | age |
        | ada@example.com | Ada Lovelace | 31  |
        | ada@example.com | Ada Lovelace | 32  |
        | ada@example.com | Ada Lovelace | 33  |
        | ada@example.com | Ada Lovelace | 34  |
        | ada@example.com | Ada Lovelace | 35  |
        | ada@example.com | Ada Lovelace | 36  |
      Then the answer is 200 and says created, updated, updated, updated, updated, updated
      And every answer has the same id
      And these contacts are now stored:
        | email           | name         | age |
        | ada@example.com | Ada Lovelace | 36  |

    @S-6yyq
    Scenario: Values of every kind come back when they are sent, and when they are sent again
      When the editor upserts twice into contacts by email:
        | email             | name                                | notes           | age        | vip   | birthday   |
        | eve@example.com   | 0                                   | `""`            | 0          | false | 1500-02-28 |
        | gus@example.com   | 010                                 | 1e3             | 2147483648 | true  | 9999-12-31 |
        | oona@example.com  | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | `"x" 300 times` | null       | null  | 0001-01-01 |
        | straße@example.com | Straße                             | null            |            |       | 1969-12-31 |
      Then the answer is 200 and says 4 created, 4 updated
      And each value comes back as it was sent
