@refusals
Feature: A required field is never null
  A null is no value. A server that takes one for a required field keeps a record that breaks its own rules.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | phone           |
      | Grace | grace@example.com | Grace Hopper | active | +1 212 555 0100 |

  @AC-052
  Rule: AC-052 A null for a required field is refused with 400 on a create and on an update, and nothing is written

    @S-qvfn
    Scenario Outline: A null <field> is refused on a create
      When the editor upserts into contacts by <match>:
        | email           | name         | phone           | <field> |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 | null    |
      Then the answer is 400
      And nothing has been written

      Examples: Required fields
        | field | match |
        | name  | email |
        | email | phone |

    @S-ktfu
    Scenario Outline: A null <field> is refused on an update
      When the editor upserts into contacts by <match>:
        | email             | phone           | status   | <field> |
        | grace@example.com | +1 212 555 0100 | inactive | null    |
      Then the answer is 400
      And nothing has been written

      Examples: Required fields
        | field | match |
        | name  | email |
        | email | phone |
