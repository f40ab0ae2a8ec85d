@core
Feature: Who may upsert into which table
  Creating and updating are two permissions. Which of them an upsert needs depends on whether a record
  matches, so the answer to the same request can differ with what is stored.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | phone           |
      | Grace | grace@example.com | Grace Hopper | active | +1 212 555 0100 |

  @AC-003
  Rule: AC-003 An upsert into a table that does not exist is answered with 404

    Scenario Outline: There is no table <table>
      When the editor upserts into <table> by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 404
      And nothing has been written

      Examples: Names that no table has
        | table           |
        | no_such_table   |
        | contact         |
        | 999999999       |
        | sqlite_master   |
        | pg_catalog      |

    Scenario: A missing table comes before what is wrong with the request
      When the editor upserts into no_such_table by nowhere:
        | name         |
        | Ada Lovelace |
      Then the answer is 404

    Scenario: A missing table comes before what a role may not do
      When the viewer upserts into no_such_table by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 404

  @AC-004
  Rule: AC-004 An upsert without valid credentials is answered with 401, and nothing is written

    Scenario Outline: <credential> is refused where nothing matches
      When somebody with <credential> upserts into contacts by email:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 401
      And nothing has been written

      Examples: Credentials that are none
        | credential                           |
        | no credentials                       |
        | an empty credential                  |
        | a scheme without a token             |
        | another scheme                       |
        | a made-up token                      |
        | the editor's token cut short         |
        | the editor's token with a letter more |
        | the name of a role as token          |

    Scenario Outline: <credential> is refused where a record matches
      When somebody with <credential> upserts into contacts by email:
        | email             | name | status   |
        | grace@example.com | Eve  | inactive |
      Then the answer is 401
      And nothing has been written

      Examples: Credentials that are none
        | credential                   |
        | no credentials               |
        | an empty credential          |
        | a made-up token              |
        | the editor's token cut short |

    Scenario Outline: <credential> is refused for a table that does not exist
      When somebody with <credential> upserts into no_such_table by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 401

      Examples: Credentials that are none
        | credential      |
        | no credentials  |
        | a made-up token |

    Scenario: Missing credentials come before what is wrong with the request
      When somebody with no credentials upserts into contacts by nowhere:
        | name         |
        | Ada Lovelace |
      Then the answer is 401

  @AC-005
  Rule: AC-005 A role that may not create is answered with 403 where nothing matches, and nothing is written

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

    Scenario: The updater may not create by another key either
      When the updater upserts into contacts by phone:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 403
      And nothing has been written

    Scenario: The creator may create
      When the creator upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |

    Scenario: After a refusal a role that may create still creates
      When the updater, then the creator upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Eve          |
        | ada@example.com | Ada Lovelace |
      Then the last answer is 200 and says created
      And these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |

    Scenario: A role that may do nothing learns nothing of what is wrong with its request
      When the viewer upserts into contacts by nowhere:
        | email           |
        | ada@example.com |
      Then the answer is 403

  @AC-006
  Rule: AC-006 A role that may not update is answered with 403 where a record matches, and nothing is written

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

    Scenario: The creator may not update by another key either
      When the creator upserts into contacts by phone:
        | email           | name | phone           |
        | eve@example.com | Eve  | +1 212 555 0100 |
      Then the answer is 403
      And nothing has been written

    Scenario: The creator may not even write what is stored already
      When the creator upserts into contacts by email:
        | email             | name         | status |
        | grace@example.com | Grace Hopper | active |
      Then the answer is 403
      And nothing has been written

    Scenario: The creator may not update what the creator has created
      When the creator upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
        | ada@example.com | Ada Byron    |
      Then the answer is 403
      And these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |

    Scenario: The updater may update
      When the updater upserts into contacts by email:
        | email             | name                |
        | grace@example.com | Grace Brewster Hopper |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | email             | name                |
        | grace@example.com | Grace Brewster Hopper |
