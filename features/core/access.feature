@core
Feature: Who may upsert into which table
  Creating and updating are two permissions. Which one an upsert needs depends on whether a record matches, so the
  answer to the same request can depend on what is stored.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | phone           |
      | Grace | grace@example.com | Grace Hopper | active | +1 212 555 0100 |

  @AC-003
  Rule: AC-003 An upsert into a table that does not exist is answered with 404

    @S-bvg5
    Scenario Outline: There is no table <table>
      When the editor upserts into <table> by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 404
      And nothing has been written

      Examples: Unknown tables
        | table           |
        | no_such_table   |
        | contact         |
        | 999999999       |
        | sqlite_master   |
        | pg_catalog      |

  @AC-004
  Rule: AC-004 An upsert without valid credentials is answered with 401, and nothing is written

    @S-v6jy
    Scenario Outline: A caller with <credential> can't create
      When somebody with <credential> upserts into contacts by email:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 401
      And nothing has been written

      Examples: Invalid credentials
        | credential                           |
        | no credentials                       |
        | an empty credential                  |
        | a scheme without a token             |
        | another scheme                       |
        | a made-up token                      |
        | the editor's token cut short         |
        | the editor's token with a letter more |
        | the name of a role as token          |

    @S-jwj6
    Scenario Outline: A caller with <credential> can't update
      When somebody with <credential> upserts into contacts by email:
        | email             | name | status   |
        | grace@example.com | Eve  | inactive |
      Then the answer is 401
      And nothing has been written

      Examples: Invalid credentials
        | credential                   |
        | no credentials               |
        | an empty credential          |
        | a made-up token              |
        | the editor's token cut short |

  @AC-005
  Rule: AC-005 A role that may not create is answered with 403 where nothing matches, and nothing is written

    @S-za8d
    Scenario Outline: The <role> may not create
      When the <role> upserts into contacts by email:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 403
      And nothing has been written

      Examples: Roles that may not create
        | role    |
        | updater |
        | viewer  |

    @S-h98e
    Scenario: The updater may not create by phone either
      When the updater upserts into contacts by phone:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 403
      And nothing has been written

    @S-6pez
    Scenario: The creator may create
      When the creator upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |

    @S-w3q4
    Scenario: The creator can still create after another role was refused
      When the updater, then the creator upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Eve          |
        | ada@example.com | Ada Lovelace |
      Then the last answer is 200 and says created
      And these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |

  @AC-006
  Rule: AC-006 A role that may not update is answered with 403 where a record matches, and nothing is written

    @S-2xmt
    Scenario Outline: The <role> may not update
      When the <role> upserts into contacts by email:
        | email             | name | status   |
        | grace@example.com | Eve  | inactive |
      Then the answer is 403
      And nothing has been written

      Examples: Roles that may not update
        | role    |
        | creator |
        | viewer  |

    @S-4kah
    Scenario: The creator may not update by phone either
      When the creator upserts into contacts by phone:
        | email           | name | phone           |
        | eve@example.com | Eve  | +1 212 555 0100 |
      Then the answer is 403
      And nothing has been written

    @S-f2bt
    Scenario: The creator may not even write the stored values again
      When the creator upserts into contacts by email:
        | email             | name         | status |
        | grace@example.com | Grace Hopper | active |
      Then the answer is 403
      And nothing has been written

    @S-mpuc
    Scenario: The creator may not update its own record
      When the creator upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
        | ada@example.com | Ada Byron    |
      Then the answer is 403
      And these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |

    @S-uyt8
    Scenario: The updater may update
      When the updater upserts into contacts by email:
        | email             | name                |
        | grace@example.com | Grace Brewster Hopper |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | email             | name                |
        | grace@example.com | Grace Brewster Hopper |
