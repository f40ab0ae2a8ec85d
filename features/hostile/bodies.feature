@hostile
Feature: Malformed and oversized bodies
  A public endpoint receives bodies that are cut off, are not what they declare, or are far too large. It refuses them,
  and nothing is written.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | phone           |
      | Grace | grace@example.com | Grace Hopper | active | +1 212 555 0100 |

  @AC-801
  Rule: AC-801 A body that is not JSON is answered with 400, and nothing is written

    @S-ekyk
    Scenario Outline: A new contact with its body <broken>
      When the editor upserts into contacts by email, the body <broken>:
        | email           | name         | phone           | notes |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 | Zoë   |
      Then the answer is 400
      And nothing has been written

      Examples: Not JSON
        | broken                             |
        | left out                           |
        | cut off in the middle              |
        | cut off before its last brace      |
        | followed by a second one           |
        | followed by a brace too many       |
        | ended by a comma too many          |
        | put in single quotes               |
        | stripped of the quotes of a name   |
        | begun by a comment                 |
        | broken by a line end in a text     |
        | broken by a byte that is no UTF-8  |
        | encoded as Latin-1                 |
        | replaced by upsert                 |
        | replaced by <upsert/>              |

    @S-v9jf
    Scenario: UTF-16 is read or refused
      When the editor upserts into contacts by email, the body encoded as UTF-16:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, or 400
      And Grace is as before

    @S-vuuc
    Scenario Outline: A known contact with its body <broken>
      When the editor upserts into contacts by email, the body <broken>:
        | email             | name | status   |
        | grace@example.com | Eve  | inactive |
      Then the answer is 400
      And nothing has been written

      Examples: Not JSON
        | broken                        |
        | left out                      |
        | cut off before its last brace |
        | followed by a brace too many  |
        | followed by a second one      |

    @S-9n5h
    Scenario: A batch that is cut off writes none of its records
      When the editor upserts a batch into contacts by email, the body cut off in the middle:
        | email             | name         |
        | grace@example.com | Eve          |
        | ada@example.com   | Ada Lovelace |
        | alan@example.com  | Alan Turing  |
      Then the answer is 400
      And nothing has been written

    @S-pteu
    Scenario Outline: A create with its body <broken>
      When the editor creates in contacts, the body <broken>:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

      Examples: Not JSON
        | broken                       |
        | left out                     |
        | cut off in the middle        |
        | followed by a brace too many |

    @S-55cx
    Scenario Outline: A change with its body <broken>
      When the editor changes Grace, the body <broken>:
        | name | status   |
        | Eve  | inactive |
      Then the answer is 400
      And nothing has been written

      Examples: Not JSON
        | broken                       |
        | cut off in the middle        |
        | followed by a brace too many |
        | replaced by upsert           |

    @S-n3tq
    Scenario Outline: <name> is not a JSON number
      When the editor upserts into contacts by email, <field> written as <written>:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

      Examples: What some languages write
        | name                             | field      | written  |
        | Not a number                     | age        | NaN      |
        | Not a number, in what is dropped | created_at | NaN      |
        | Infinity                         | age        | Infinity |
        | A leading zero                   | age        | 036      |
        | A leading plus                   | age        | +36      |
        | A hexadecimal                    | age        | 0x24     |
        | A missing fraction               | age        | 36.      |

    @S-cmj2
    Scenario: NaN is refused inside typed JSON
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as {"amount": NaN}:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then the answer is 400
      And nothing has been written

    @S-6psc
    Scenario: White space around JSON is accepted
      When the editor upserts into contacts by email, the body filled up to 1,000 bytes:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |

  @AC-802
  Rule: AC-802 A body that is not declared as JSON is answered with 400 or 415, and nothing is written

    @S-na9h
    Scenario Outline: A body declared as <type>
      When the editor upserts into contacts by email, the body declared as <type>:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 400 or 415
      And nothing has been written

      Examples: Other types
        | type                              |
        | text/plain                        |
        | text/plain; charset=utf-8         |
        | application/x-www-form-urlencoded |
        | multipart/form-data; boundary=x   |
        | application/xml                   |
        | text/html                         |
        | application/octet-stream          |
        | image/png                         |
        | text/plain; application/json      |
        | jsonapplication                   |
        | application/jsonl                 |
        | nothing                           |

    @S-fe4w
    Scenario Outline: A body sent as <kind>
      When the editor upserts into contacts by email, the body sent as <kind>:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 400 or 415
      And nothing has been written

      Examples: Forms
        | kind            |
        | a form          |
        | a form of parts |

    @S-7zup
    Scenario Outline: A body declared as <type> does not change a stored record
      When the editor upserts into contacts by email, the body declared as <type>:
        | email             | name | status   |
        | grace@example.com | Eve  | inactive |
      Then the answer is 400 or 415
      And nothing has been written

      Examples: Types that a page of another site can send without a preflight request
        | type                              |
        | text/plain                        |
        | application/x-www-form-urlencoded |
        | nothing                           |

    @S-gu7u
    Scenario: A create declared as text
      When the editor creates in contacts, the body declared as text/plain:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400 or 415
      And nothing has been written

    @S-2u2s
    Scenario: A change declared as text
      When the editor changes Grace, the body declared as text/plain:
        | name | status   |
        | Eve  | inactive |
      Then the answer is 400 or 415
      And nothing has been written

    @S-bvj6
    Scenario: A batch declared as text
      When the editor upserts a batch into contacts by email, the body declared as text/plain:
        | email             | name         |
        | grace@example.com | Eve          |
        | ada@example.com   | Ada Lovelace |
      Then the answer is 400 or 415
      And nothing has been written

    @S-wbe6
    Scenario Outline: JSON may be declared as <type>
      When the editor upserts into contacts by email, the body declared as <type>:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |

      Examples: Ways to write the type
        | type                            |
        | application/json; charset=utf-8 |
        | application/json;charset=UTF-8  |
        | Application/JSON                |

  @AC-803
  Rule: AC-803 A body that is not an object, has an unknown member or field, or is nested too deeply is answered with 400

    @S-mvna
    Scenario Outline: The body <body> is not an object
      When the editor upserts into contacts by email, the body replaced by <body>:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

      Examples: Other JSON
        | body                             |
        | []                               |
        | [{"fields": {"name": "Ada"}}]    |
        | null                             |
        | true                             |
        | 1                                |
        | "fields"                         |
        | {}                               |

    @S-us2j @needs-transactions
    Scenario Outline: The body <body> is not a transaction
      When the editor upserts in a transaction into contacts by email, the body replaced by <body>:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

      Examples: Other JSON, and a member too many
        | body                 |
        | []                   |
        | 1                    |
        | {}                   |
        | {"operations": {}}   |
        | {"operations": [1]}  |
        | {"operations": [{"op": "delete", "table": "contacts", "id": 999999999}], "dryRun": true} |

    @S-dn8c @needs-records
    Scenario Outline: The body <body> is not a create
      When the editor creates in contacts, the body replaced by <body>:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

      Examples: Other JSON
        | body                         |
        | []                           |
        | "fields"                     |
        | {}                           |
        | {"fields": null}             |
        | {"email": "ada@example.com"} |

    @S-haub @needs-records
    Scenario Outline: The body <body> is not a change
      When the editor changes Grace, the body replaced by <body>:
        | name | status   |
        | Eve  | inactive |
      Then the answer is 400
      And nothing has been written

      Examples: Other JSON
        | body             |
        | []               |
        | null             |
        | {}               |
        | {"fields": null} |
        | {"name": "Eve"}  |

    @S-tzd5
    Scenario: An upsert inside a list is refused
      When the editor upserts into contacts by email, the body put into a list:
        | email             | name |
        | grace@example.com | Eve  |
      Then the answer is 400
      And nothing has been written

    @S-h9xw
    Scenario Outline: The unknown member <member> is refused
      When the editor upserts into contacts by email with <member> <value>:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 400
      And nothing has been written

      Examples: Members that an upsert does not have
        | member      | value               |
        | dryRun      | true                |
        | matchfields | ["phone"]           |
        | table       | "accounts"          |
        | __proto__   | {"role": "admin"}   |
        | role        | "editor"            |

    @S-aw7q
    Scenario: An unknown member changes no record
      When the editor upserts into contacts by email with force true:
        | email             | name |
        | grace@example.com | Eve  |
      Then the answer is 400
      And nothing has been written

    @S-acgk
    Scenario Outline: The unknown field <field> is refused
      When the editor upserts into contacts by email:
        | email           | name         | phone           | <field> |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 | <value> |
      Then the answer is 400
      And nothing has been written

      Examples: Fields that a contact does not have
        | field       | value |
        | nickname    | x     |
        | is_admin    | null  |
        | name.first  | x     |
        | __proto__   | x     |
        | rowid       | x     |

    @S-rqj9
    Scenario: An unknown field changes no record
      When the editor upserts into contacts by email:
        | email             | name | is_admin |
        | grace@example.com | Eve  | `true`   |
      Then the answer is 400
      And nothing has been written

    @S-dduw
    Scenario Outline: A body of <kind> nested 100,000 deep
      When the editor upserts into contacts by email, the body replaced by <kind>, 100,000 deep:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

      Examples: Nested values
        | kind    |
        | lists   |
        | objects |

    @S-mafb
    Scenario Outline: A value of <kind> nested 100,000 deep
      When the editor upserts into contacts by email, notes written as <kind>, 100,000 deep:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

      Examples: Nested values
        | kind    |
        | lists   |
        | objects |

    @S-7ypr
    Scenario Outline: Typed JSON of <kind> nested 100,000 deep
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as <kind>, 100,000 deep:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then the answer is 400
      And nothing has been written

      Examples: Nested values
        | kind    |
        | lists   |
        | objects |

    @S-bcsp
    Scenario: Typed JSON nested 20 deep is kept
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as objects, 20 deep:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then payload is kept as it was written

    @S-te9m
    Scenario Outline: Typed JSON nested <levels> deep is kept or refused
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as lists, <levels> deep:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then payload is kept as it was written, or the request is refused

      Examples: Depths at which some parsers stop
        | levels |
        | 129    |
        | 300    |
        | 1,000  |

  @AC-808 @alone
  Rule: AC-808 A body over 8 MiB is answered with 413, and nothing is written

    @S-zuaw
    Scenario: One byte over 8 MiB for a new contact
      When the editor upserts into contacts by email, the body filled up to 8,388,609 bytes:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the body is refused as too large
      And nothing has been written

    @S-qfum
    Scenario: One byte over 8 MiB for a known contact
      When the editor upserts into contacts by email, the body filled up to 8,388,609 bytes:
        | email             | name | status   |
        | grace@example.com | Eve  | inactive |
      Then the body is refused as too large
      And nothing has been written

    @S-uzqq
    Scenario: Exactly 8 MiB is accepted
      When the editor upserts into contacts by email, the body filled up to 8,388,608 bytes:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name         |
        | ada@example.com | Ada Lovelace |

    @S-pu6e
    Scenario: An invalid request of 8 MiB is refused as invalid, not as too large
      When the editor upserts into contacts by nowhere, the body filled up to 8,388,608 bytes:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

    @S-2y4y
    Scenario: A text of 9 million letters is too large
      When the editor upserts into contacts by email, notes written as "x" 9,000,000 times:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the body is refused as too large
      And nothing has been written

    @S-zatg
    Scenario: The limit counts bytes, not characters
      When the editor upserts into contacts by email, notes written as "Zoë 😀" 1,000,000 times:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the body is refused as too large
      And nothing has been written

    @S-8prm
    Scenario: A large body without a declared length
      When the editor upserts into contacts by email, the body filled up to 8,388,609 bytes and sent in chunks:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the body is refused as too large
      And nothing has been written

    @S-zzta
    Scenario: A small body without a declared length is accepted or asked for its length
      When the editor upserts into contacts by email, the body filled up to 1,000 bytes and sent in chunks:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 or 411

    @S-x3jz
    Scenario: A batch over 8 MiB writes none of its records
      When the editor upserts a batch into contacts by email, the body filled up to 8,388,609 bytes:
        | email             | name         |
        | grace@example.com | Eve          |
        | ada@example.com   | Ada Lovelace |
      Then the body is refused as too large
      And nothing has been written

    @S-nvqp
    Scenario: A create over 8 MiB is too large
      When the editor creates in contacts, the body filled up to 16,000,000 bytes:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the body is refused as too large
      And nothing has been written
