@refusals
Feature: Which mistake is reported first
  A request may have more than one mistake. The answer names the first of them: credentials, then the table, then a
  permission that the role never has, then the request itself, then a permission that depends on the match.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | phone           |
      | Grace | grace@example.com | Grace Hopper | active | +1 212 555 0100 |

  @AC-051
  Rule: AC-051 Where two things are wrong, the first of them is answered: 401, 404, 403, 400, then 403 where it depends on the match

    @S-r8qh
    Scenario Outline: A caller with <credential> is refused for an unknown table
      When somebody with <credential> upserts into no_such_table by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 401

      Examples: Invalid credentials
        | credential      |
        | no credentials  |
        | a made-up token |

    @S-6aw9
    Scenario: Missing credentials are reported before an invalid request
      When somebody with no credentials upserts into contacts by email:
        | email           | name |
        | ada@example.com | `42` |
      Then the answer is 401

    @S-p9ep
    Scenario: An unknown table is reported before a match field that is not in the fields
      When the editor upserts into no_such_table by nowhere:
        | name         |
        | Ada Lovelace |
      Then the answer is 404

    @S-fe6n
    Scenario: An unknown table is reported before a value of the wrong type
      When the editor upserts into no_such_table by email:
        | email           | name |
        | ada@example.com | `42` |
      Then the answer is 404

    @S-vyza
    Scenario: An unknown table is reported before a missing permission
      When the viewer upserts into no_such_table by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 404

    @S-szph @needs-records
    Scenario Outline: Where the <role> <call>, its permission is reported before an invalid value
      When the <role> <call>:
        | email           | name |
        | eve@example.com | `42` |
      Then the answer is 403
      And nothing has been written

      Examples: Who may not create, and who may not change
        | role    | call                |
        | viewer  | creates in contacts |
        | updater | creates in contacts |
        | viewer  | changes Grace       |
        | creator | changes Grace       |

    @S-4bm4
    Scenario: A missing permission is reported before an invalid request
      When the viewer upserts into contacts by email:
        | email           | name |
        | ada@example.com | `42` |
      Then the answer is 403

    @S-2yr9
    Scenario: An invalid request is reported before a permission to create that is missing
      When the updater upserts into contacts by email:
        | email           | name |
        | ada@example.com | `42` |
      Then the answer is 400
      And nothing has been written

    @S-xnbr
    Scenario: An invalid request is reported before a permission to update that is missing
      When the creator upserts into contacts by email:
        | email             | name |
        | grace@example.com | `42` |
      Then the answer is 400
      And nothing has been written
