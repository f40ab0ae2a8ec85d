@core
Feature: Which values may be stored
  A request with an invalid value is refused as a whole, and the stored records do not change.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | age | phone           | vip  | birthday   | notes   |
      | Grace | grace@example.com | Grace Hopper | active | 85  | +1 212 555 0100 | true | 1906-12-09 | Admiral |

  @AC-009
  Rule: AC-009 A create without a required field is answered with 400, and nothing is written

    @S-rwuh
    Scenario: A contact needs a name on a create
      When the editor upserts into contacts by email:
        | email           | phone           |
        | ada@example.com | +44 20 7946 001 |
      Then the answer is 400
      And nothing has been written

    @S-kcjx
    Scenario: A contact needs an email address on a create
      When the editor upserts into contacts by phone:
        | name         | phone           |
        | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 400
      And nothing has been written

    @S-6gve @asserts-unmentioned
    Scenario: An update need not repeat the required fields
      When the editor upserts into contacts by email:
        | email             | status   |
        | grace@example.com | inactive |
      Then the answer is 200 and says updated
      And Grace keeps id, email, name
      And these contacts are now stored:
        | email             | status   |
        | grace@example.com | inactive |

    @S-7hs3
    Scenario: Optional fields may be left out
      When the editor upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |

  @AC-010
  Rule: AC-010 A value of the wrong type is answered with 400, and nothing is written

    @S-j6zw
    Scenario Outline: <kind> is refused for <field> on a create
      When the editor upserts into contacts by email:
        | email           | name         | <field> |
        | ada@example.com | Ada Lovelace | <value> |
      Then the answer is 400
      And nothing has been written

      Examples: Not text
        | field | kind      | value             |
        | name  | a number  | `42`              |
        | name  | true      | `true`            |
        | name  | a list    | `["Ada"]`         |
        | name  | an object | `{"first": "Ada"}` |
        | notes | a number  | `0`               |
        | notes | a list    | `[]`              |
        | phone | a number  | `442079460011`    |

      Examples: Not one of the options
        | field  | kind     | value        |
        | status | a number | `1`          |
        | status | true     | `true`       |
        | status | a list   | `["active"]` |

      Examples: Not a whole number
        | field | kind           | value                 |
        | age   | a word         | `"thirty-six"`        |
        | age   | a numeral      | `"36"`                |
        | age   | empty text     | `""`                  |
        | age   | a fraction     | `36.5`                |
        | age   | true           | `true`                |
        | age   | a list         | `[36]`                |
        | age   | an object      | `{"years": 36}`       |
        | age   | over 64 bits   | `9223372036854775808` |

      Examples: Neither true nor false
        | field | kind       | value    |
        | vip   | a word     | `"true"` |
        | vip   | empty text | `""`     |
        | vip   | one        | `1`      |
        | vip   | zero       | `0`      |
        | vip   | a list     | `[]`     |

      Examples: Not a date
        | field    | kind              | value                    |
        | birthday | a word            | `"yesterday"`            |
        | birthday | a number          | `18151210`               |
        | birthday | the other order   | `"10/12/1815"`           |
        | birthday | a thirteenth month | `"1815-13-10"`          |
        | birthday | a day too many    | `"1815-02-29"`           |
        | birthday | a leap day in 1900 | `"1900-02-29"`          |
        | birthday | a line end behind it | `"1815-12-10\\n"`     |
        | birthday | Eastern digits    | `"١٨١٥-١٢-١٠"`           |
        | birthday | a date and time   | `"1815-12-10T12:00:00Z"` |
        | birthday | empty text        | `""`                     |
        | birthday | true              | `true`                   |

    @S-4wcz
    Scenario Outline: <kind> is refused as an email address to match by
      When the editor upserts into contacts by email:
        | email   | name         | phone           |
        | <value> | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 400
      And nothing has been written

      Examples: Not text
        | kind      | value                  |
        | a number  | `42`                   |
        | true      | `true`                 |
        | a list    | `["ada@example.com"]`  |
        | an object | `{"$ne": null}`        |

    @S-brtx
    Scenario Outline: <kind> is refused for <field> on an update
      When the editor upserts into contacts by email:
        | email             | status   | <field> |
        | grace@example.com | inactive | <value> |
      Then the answer is 400
      And nothing has been written

      Examples: One of each type
        | field    | kind        | value           |
        | name     | a number    | `42`            |
        | name     | a list      | `["Grace"]`     |
        | notes    | an object   | `{"text": ""}`  |
        | phone    | a number    | `12125550100`   |
        | status   | a number    | `1`             |
        | age      | a word      | `"eighty-five"` |
        | age      | a numeral   | `"85"`          |
        | age      | a fraction  | `85.5`          |
        | age      | true        | `true`          |
        | vip      | a word      | `"true"`        |
        | vip      | one         | `1`             |
        | birthday | a word      | `"yesterday"`   |
        | birthday | a number    | `19061209`      |
        | birthday | a day too many | `"1906-02-29"` |

    @S-rsrh
    Scenario Outline: An extreme value of its type is stored: <value> for <field>
      When the editor upserts into contacts by email:
        | email           | name         | <field> |
        | ada@example.com | Ada Lovelace | <value> |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name         | <field> |
        | ada@example.com | Ada Lovelace | <value> |

      Examples: Boundaries
        | field    | value      |
        | age      | 2147483648 |
        | vip      | false      |
        | birthday | 2024-02-29 |
        | notes    | `""`       |

  @AC-011
  Rule: AC-011 Protected fields in the request are dropped: the upsert succeeds, and the server keeps its own values

    @S-bxen
    Scenario Outline: <field> in the request is dropped on a create
      When the editor upserts into contacts by email:
        | email           | name         | <field> |
        | ada@example.com | Ada Lovelace | <value> |
      Then these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      And the protected fields are the server's own

      Examples: Protected fields
        | field      | value                   |
        | id         | `918273645`             |
        | created_at | 2001-02-03T04:05:06.789Z |
        | updated_at | 2101-02-03T04:05:06.789Z |

    @S-crcp
    Scenario Outline: <field> in the request is dropped on an update
      When the editor upserts into contacts by email:
        | email             | name                  | <field> |
        | grace@example.com | Grace Brewster Hopper | <value> |
      Then these contacts are now stored:
        | as    | email             | name                  |
        | Grace | grace@example.com | Grace Brewster Hopper |
      And Grace keeps id, created_at
      And the protected fields are the server's own

      Examples: Protected fields
        | field      | value                   |
        | id         | `918273645`             |
        | created_at | 2001-02-03T04:05:06.789Z |
        | updated_at | 2101-02-03T04:05:06.789Z |

    @S-3e5k
    Scenario: The id of another record does not select that record
      When the editor upserts into contacts by email:
        | id         | email           | name         |
        | {Grace.id} | ada@example.com | Ada Lovelace |
      Then these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      And the protected fields are the server's own
      And nothing else has changed

    @S-hwem
    Scenario: Null for a protected field is dropped
      When the editor upserts into contacts by email:
        | email           | name         | id   | created_at | updated_at |
        | ada@example.com | Ada Lovelace | null | null       | null       |
      Then these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      And the protected fields are the server's own

    @S-5myu
    Scenario: Protected fields are dropped whatever their type
      When the editor upserts into contacts by email:
        | email           | name         | id             | created_at    | updated_at |
        | ada@example.com | Ada Lovelace | `["no", "id"]` | `"yesterday"` | `false`    |
      Then these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      And the protected fields are the server's own

    @S-xwza
    Scenario: The answer is 200 when protected fields are dropped
      When the editor upserts into contacts by email:
        | email           | name         | id          | created_at               |
        | ada@example.com | Ada Lovelace | `918273645` | 2001-02-03T04:05:06.789Z |
      Then the answer is 200 and says created
      And the answer holds the stored record

    @S-8dxf @needs-batch
    Scenario: Protected fields in a batch are dropped
      When the editor upserts a batch into contacts by email:
        | email             | name         | id          | created_at               | updated_at               |
        | grace@example.com | Amazing      | `918273645` | 2001-02-03T04:05:06.789Z | 2101-02-03T04:05:06.789Z |
        | ada@example.com   | Ada Lovelace | {Grace.id}  | 2001-02-03T04:05:06.789Z | 2101-02-03T04:05:06.789Z |
      Then the answer is 200 and says updated, created
      And the protected fields are the server's own
      And Grace keeps id, created_at

    @S-svn3 @needs-transactions
    Scenario Outline: Where the editor <way>, protected fields of a record that is <operation> are dropped
      When the editor <way>:
        | email   | name    | id          | created_at               | updated_at               |
        | <email> | Amazing | `918273645` | 2001-02-03T04:05:06.789Z | 2101-02-03T04:05:06.789Z |
      Then the answer is 200 and says <operation>
      And the protected fields are the server's own
      And Grace keeps id, created_at

      Examples: By a key, by the id, and a create
        | way                                             | operation | email             |
        | upserts in a transaction into contacts by email | updated   | grace@example.com |
        | upserts in a transaction into contacts by email | created   | ada@example.com   |
        | changes Grace in a transaction                  | updated   | grace@example.com |
        | creates in a transaction in contacts            | created   | ada@example.com   |

  @AC-013
  Rule: AC-013 Constraints hold on creates and on updates: a request that would break one is refused, and nothing is written

    @S-ese9
    Scenario: A create can't use another contact's phone number
      When the editor upserts into contacts by email:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +1 212 555 0100 |
      Then the request is refused
      And nothing has been written

    @S-vkps
    Scenario: A create can't use another contact's email address
      When the editor upserts into contacts by phone:
        | email             | name         | phone           |
        | grace@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the request is refused
      And nothing has been written

    @S-6vcp
    Scenario Outline: An update can't use another contact's <field>
      Given these contacts are stored:
        | as  | email           | name         | phone           |
        | Ada | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      When the editor upserts into contacts by <match>:
        | name | email   | phone   |
        | Eve  | <email> | <phone> |
      Then the request is refused
      And nothing has been written

      Examples: Unique fields
        | field         | match | email             | phone           |
        | phone number  | email | ada@example.com   | +1 212 555 0100 |
        | email address | phone | grace@example.com | +44 20 7946 001 |

    @S-mgtj
    Scenario Outline: <field> can't be <value> on a create
      When the editor upserts into contacts by email:
        | email           | name         | <field> |
        | ada@example.com | Ada Lovelace | <value> |
      Then the request is refused
      And nothing has been written

      Examples: Below the minimum
        | field | value                |
        | age   | -1                   |
        | age   | -9223372036854775808 |

      Examples: Not an option
        | field  | value      |
        | status | archived   |
        | status | ACTIVE     |
        | status | act        |
        | status | `""`       |
        | status | `"active "` |

    @S-stw5
    Scenario Outline: <field> can't become <value> on an update
      When the editor upserts into contacts by email:
        | email             | name | <field> |
        | grace@example.com | Eve  | <value> |
      Then the request is refused
      And nothing has been written

      Examples: Below the minimum, or not an option
        | field  | value    |
        | age    | -1       |
        | status | archived |
        | status | ACTIVE   |
        | status | `""`     |

    @S-hr7v
    Scenario Outline: <field> may be <value>
      When the editor upserts into contacts by email:
        | email             | <field> |
        | grace@example.com | <value> |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | email             | <field> |
        | grace@example.com | <value> |

      Examples: Just inside the constraints
        | field  | value           |
        | age    | 0               |
        | status | inactive        |
        | status | pending         |
        | phone  | +1 212 555 0101 |
        | phone  | null            |

    @S-jqk3
    Scenario: A record may keep its own unique values
      When the editor upserts into contacts by email:
        | email             | name                  | phone           |
        | grace@example.com | Grace Brewster Hopper | +1 212 555 0100 |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | email             | name                  | phone           |
        | grace@example.com | Grace Brewster Hopper | +1 212 555 0100 |

    @S-yaus
    Scenario: Several contacts may have no phone number
      When the editor upserts into contacts by email:
        | email            | name         | phone |
        | ada@example.com  | Ada Lovelace | null  |
        | alan@example.com | Alan Turing  | null  |
      Then the answer is 200 and says created, created
      And these contacts are now stored:
        | email            | name         | phone |
        | ada@example.com  | Ada Lovelace | null  |
        | alan@example.com | Alan Turing  | null  |
