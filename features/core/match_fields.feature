@core
Feature: The match fields
  Without match fields it is unclear which record is meant. A server that guesses overwrites the wrong one.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | phone           |
      | Grace | grace@example.com | Grace Hopper | active | +1 212 555 0100 |

  @AC-007
  Rule: AC-007 An upsert with empty matchFields is answered with 400, and nothing is written

    @S-49ms
    Scenario: Empty matchFields create nothing
      When the editor upserts into contacts with matchFields []:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 400
      And nothing has been written

    @S-2qtg
    Scenario: Empty matchFields update nothing
      When the editor upserts into contacts with matchFields []:
        | email             | name | status   |
        | grace@example.com | Eve  | inactive |
      Then the answer is 400
      And nothing has been written

    @S-dpg5
    Scenario: Empty matchFields do not overwrite some other record
      Given these contacts are stored:
        | as  | email           | name         |
        | Ada | ada@example.com | Ada Lovelace |
      When the editor upserts into contacts with matchFields []:
        | name | status   |
        | Eve  | inactive |
      Then the answer is 400
      And nothing has been written

  @AC-008
  Rule: AC-008 An upsert whose matchFields name a field that does not exist is answered with 400, and nothing is written

    @S-k2b6
    Scenario Outline: matchFields <value> are refused on a create
      When the editor upserts into contacts with matchFields <value>:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 400
      And nothing has been written

      Examples: Unknown names
        | value                   |
        | ["nowhere"]             |
        | ["e_mail"]              |
        | ["EMAIL"]               |
        | [" email"]              |
        | ["contacts.email"]      |
        | ["email", "nowhere"]    |
        | ["nowhere", "email"]    |
        | ["email = email OR 1=1"] |

    @S-2uc4
    Scenario Outline: matchFields <value> are refused on an update
      When the editor upserts into contacts with matchFields <value>:
        | email             | name | status   |
        | grace@example.com | Eve  | inactive |
      Then the answer is 400
      And nothing has been written

      Examples: Unknown names
        | value                |
        | ["nowhere"]          |
        | ["email", "nowhere"] |
        | ["1"]                |

    @S-w6ee
    Scenario: An unknown match field is refused even if the request has a value for it
      When the editor upserts into contacts by nickname:
        | email           | name         | nickname |
        | ada@example.com | Ada Lovelace | ada      |
      Then the answer is 400
      And nothing has been written
