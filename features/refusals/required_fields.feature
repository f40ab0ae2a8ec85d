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

    @S-x6n8 @needs-conflict
    Scenario Outline: Where the editor <way>, a null name is refused
      When the editor <way>:
        | email   | name | status   |
        | <email> | null | inactive |
      Then the answer is 400
      And nothing has been written

      Examples: With the conflict members
        | way                                                                   | email             |
        | upserts into contacts by email and updates only name                  | grace@example.com |
        | upserts into contacts by email and updates only where status is active | grace@example.com |
        | upserts into contacts by email and ignores a match                    | ada@example.com   |

    @S-tr5s @needs-records
    Scenario Outline: Where the editor <way>, a null name is refused, too
      When the editor <way>:
        | phone           | email           | name |
        | +44 20 7946 001 | ada@example.com | null |
      Then the answer is 400
      And nothing has been written

      Examples: By the id
        | way                 |
        | creates in contacts |
        | changes Grace       |

    @S-fxn8 @needs-transactions
    Scenario Outline: Where the editor <way>, a null name refuses all
      When the editor <way>:
        | phone           | email           | name |
        | +44 20 7946 001 | ada@example.com | null |
      Then the transaction is refused
      And nothing has been written

      Examples: Within a transaction
        | way                                             |
        | upserts in a transaction into contacts by email |
        | upserts in a transaction into contacts by phone |
        | creates in a transaction in contacts            |
        | changes Grace in a transaction                  |
