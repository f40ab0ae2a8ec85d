@hostile
Feature: What a caller without access can learn
  Refused requests change nothing and reveal nothing about the server or its tables.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | phone           |
      | Grace | grace@example.com | Grace Hopper | active | +1 212 555 0100 |

  @AC-807
  Rule: AC-807 An error reveals nothing internal

    @S-s98r
    Scenario Outline: An upsert with its body <broken>
      When the editor upserts into contacts by email, the body <broken>:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then every answer is a refusal that reveals nothing internal
      And nothing has been written

      Examples: Invalid bodies
        | broken                             |
        | left out                           |
        | cut off in the middle              |
        | broken by a byte that is no UTF-8  |
        | declared as text/plain             |
        | declared as nothing                |
        | replaced by []                     |
        | replaced by null                   |
        | replaced by {"fields": 1}          |
        | replaced by {"fields": {}, "matchFields": {}} |
        | replaced by {"matchFields": ["email"], "fields": []} |
        | replaced by lists, 100,000 deep    |
        | replaced by objects, 100,000 deep  |

    @S-wrg4
    Scenario Outline: A contact whose <field> is <kind> is refused
      When the editor upserts into contacts by email, <field> written as <json>:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then every answer is a refusal that reveals nothing internal
      And nothing has been written

      Examples: Invalid values
        | field    | kind                    | json                       |
        | age      | text                    | "thirty-six"               |
        | age      | beyond 64 bits          | 99999999999999999999       |
        | age      | beyond a double         | 1e400                      |
        | age      | of 10,000 digits        | 9, 10,000 digits           |
        | age      | an object               | {"$gt": 0}                 |
        | age      | below its minimum       | -1                         |
        | status   | no option               | "retired"                  |
        | vip      | text                    | "yes"                      |
        | birthday | no day                  | "2023-02-29"               |
        | notes    | a list                  | ["x"]                      |
        | notes    | nested 100,000 deep     | lists, 100,000 deep        |

    @S-pwfg
    Scenario: An upsert with a taken unique key
      When the editor upserts into contacts by email:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +1 212 555 0100 |
      Then every answer is a refusal that reveals nothing internal
      And nothing has been written

    @S-e6b3 @needs-transactions
    Scenario Outline: A transaction with <kind>
      When the editor sends the transaction:
        """
        [{"op": "create", "table": <operation>}]
        """
      Then every answer is a refusal that reveals nothing internal
      And nothing has been written

      Examples: What the storage refuses
        | kind              | operation |
        | a taken key       | "contacts", "fields": {"email": "grace@example.com", "name": "Eve"} |
        | a missing parent  | "projects", "fields": {"name": "x", "user_id": "00000000-0000-4000-8000-000000000000"} |
        | no option         | "contacts", "fields": {"email": "eve@example.com", "name": "Eve", "status": "retired"} |
        | a value too small | "contacts", "fields": {"email": "eve@example.com", "name": "Eve", "age": -1} |

    @S-mxud
    Scenario: A create with a taken key
      When the editor creates in contacts:
        | email             | name |
        | grace@example.com | Eve  |
      Then every answer is a refusal that reveals nothing internal
      And Grace is as before

    @S-rcbb
    Scenario: A reference to a missing record
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And Main has been deleted
      When the editor upserts into import_batches by reference:
        | reference | account_id |
        | import-1  | {Main.id}  |
      Then every answer is a refusal that reveals nothing internal
      And nothing has been written

    @S-w2w9
    Scenario: A missing required field
      When the editor upserts into contacts by email:
        | email           |
        | ada@example.com |
      Then every answer is a refusal that reveals nothing internal
      And nothing has been written

    @S-mthr
    Scenario Outline: A list with the invalid parameter <parameter> <value>
      When the editor lists contacts with:
        | <parameter> |
        | <value>     |
      Then every answer is a refusal that reveals nothing internal

      Examples: Invalid parameters
        | parameter    | value                 |
        | _sort        | name"                 |
        | _fields      | nowhere               |
        | _limit       | many                  |
        | _limit       | 99999999999999999999  |
        | _offset      | many                  |
        | nowhere      | x                     |
        | name__match  | (                     |

    @S-rtrn
    Scenario Outline: The invalid id <ident>
      When the editor <verb> the record <ident> of contacts
      Then every answer is a refusal that reveals nothing internal

      Examples: Unknown ids
        | verb    | ident                  |
        | reads   | x'                     |
        | reads   | 99999999999999999999   |
        | changes | -99999999999999999999  |
        | deletes | 99999999999999999999.5 |

    @S-brap
    Scenario Outline: The unknown table <name>
      When the editor makes every call about the table <name>
      Then every answer is a refusal that reveals nothing internal

      Examples: Tables that do not exist
        | name          |
        | no_such_table |
        | contacts"     |
        | %00           |
        | %ff%fe        |

    @S-s6t8
    Scenario Outline: A caller with <credential>
      When somebody with <credential> upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then every answer is a refusal that reveals nothing internal
      And nothing has been written

      Examples: Invalid credentials
        | credential                              |
        | no credentials                          |
        | a token that is no ASCII                |
        | a signed token that has expired         |

    @S-fyht
    Scenario: A transaction that fails
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "contacts", "id": "{Grace.id}", "fields": {"name": "Eve"}},
          {"op": "create", "table": "contacts", "fields": {"email": "{Grace.email}", "name": "Eve"}}
        ]
        """
      Then every answer is a refusal that reveals nothing internal
      And Grace is as before

  @AC-809
  Rule: AC-809 Credentials that are broken or have expired are answered with 401, and nothing is written

    @S-4rzf
    Scenario Outline: A caller with <credential> can't create a contact
      When somebody with <credential> upserts into contacts by email:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 401
      And nothing has been written

      Examples: Invalid credentials
        | credential                                      |
        | a scheme and spaces                             |
        | a scheme that is none                           |
        | a token of 4,000 letters                        |
        | a token that looks like SQL                     |
        | a token that looks like a path                  |
        | the word null as token                          |
        | a star as token                                 |
        | an unsigned token that names the editor         |
        | a token that is signed with another key         |
        | a signed token that has expired                 |
        | an expired credential of the target's own       |
        | the editor's token without its first letter     |
        | the editor's token in the other case            |
        | the editor's token backwards                    |
        | the editor's token twice                        |
        | the editor's token in percent escapes           |
        | the editor's token without a scheme             |
        | the editor's token as a password                |
        | the scheme joined to the editor's token         |
        | the editor's token in the query                 |
        | the editor's token in a cookie                  |
        | the editor's token in another header            |

    @S-bcz4
    Scenario Outline: A caller with <credential> sends a broken header
      When somebody with <credential> upserts into contacts by email:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 401 or 400
      And nothing has been written

      Examples: Headers that are broken
        | credential                                      |
        | a token that is no ASCII                        |
        | the editor's token in letters that look alike   |
        | the editor's token broken by a space            |
        | the editor's token broken by a tab              |
        | the editor's token and another word             |
        | the editor's token in quotes                    |
        | the editor's token before another, in one header |
        | the editor's token behind another, in one header |
        | the editor's token in the first of two headers  |
        | the editor's token in the second of two headers |

    @S-k2ps
    Scenario Outline: A caller with <credential> can't update a contact
      When somebody with <credential> upserts into contacts by email:
        | email             | name | status   |
        | grace@example.com | Eve  | inactive |
      Then the answer is 401
      And nothing has been written

      Examples: Invalid credentials
        | credential                              |
        | an unsigned token that names the editor |
        | a signed token that has expired         |
        | the editor's token in the other case    |
        | the editor's token in the query         |

    @S-v87x
    Scenario Outline: A caller with <credential> can't send a transaction
      When somebody with <credential> sends the transaction:
        """
        [
          {"op": "update", "table": "contacts", "id": "{Grace.id}", "fields": {"name": "Eve"}},
          {"op": "create", "table": "contacts", "fields": {"email": "ada@example.com", "name": "Ada Lovelace"}}
        ]
        """
      Then the answer is 401
      And nothing has been written

      Examples: Invalid credentials
        | credential                              |
        | a made-up token                         |
        | the editor's token in the other case    |
        | the editor's token in a cookie          |

    @S-pnda
    Scenario Outline: A caller with <credential> can't read a record
      When somebody with <credential> tries a reading in contacts and in no_such_table, 2 times by turns
      Then every answer is 401, and the same for both tables
      And Grace is as before

      Examples: Invalid credentials
        | credential                                  |
        | the editor's token without its first letter |
        | a signed token that has expired             |
        | the editor's token in another header        |

    @S-sten
    Scenario Outline: What the editor has read is not shown to <who> with <credential>
      When the editor, then <who> with <credential> reads Grace
      Then the answer is 401
      And Grace is as before

      Examples: Right after the editor
        | who                               | credential      |
        | somebody                          | no credentials  |
        | somebody                          | a made-up token |
        | over the same connection somebody | no credentials  |
        | over the same connection somebody | a made-up token |

    @S-vuyp
    Scenario: What the editor has listed is not shown to somebody without credentials
      When the editor, then somebody with no credentials lists contacts with:
        | email             |
        | grace@example.com |
        | grace@example.com |
      Then the answer is 401
      And Grace is as before

  @AC-810
  Rule: AC-810 An anonymous caller can't find out which tables exist

    @S-7c9x
    Scenario Outline: <call> without credentials
      When somebody with no credentials tries <call> in contacts and in no_such_table, 3 times by turns
      Then every answer is 401, and the same for both tables
      And Grace is as before

      Examples: Every call that names a table
        | call          |
        | an upsert     |
        | a batch       |
        | a create      |
        | a change      |
        | a deletion    |
        | a reading     |
        | a list        |
        | groups        |
        | a description |
        | a transaction |

    @S-bh2a
    Scenario Outline: <call> with a made-up token
      When somebody with a made-up token tries <call> in contacts and in no_such_table, 3 times by turns
      Then every answer is 401, and the same for both tables
      And Grace is as before

      Examples: Some of the calls
        | call          |
        | an upsert     |
        | a deletion    |
        | a list        |
        | a description |
        | a transaction |

    @S-w28z
    Scenario Outline: A list asked for with <method> without credentials
      When somebody with no credentials tries a list with the method <method> in contacts and in no_such_table, 3 times by turns
      Then every answer is the same for both tables
      And Grace is as before

      Examples: Methods that are often let through
        | method  |
        | HEAD    |
        | OPTIONS |

    @S-b7e2
    Scenario Outline: <call> in another table without credentials
      When somebody with no credentials tries <call> in accounts and in no_such_table, 3 times by turns
      Then every answer is 401, and the same for both tables

      Examples: Some of the calls
        | call          |
        | an upsert     |
        | a list        |
        | a description |

    @S-n5y6 @should @alone
    Scenario Outline: <call> without credentials takes no longer for a table that exists
      When somebody with no credentials tries <call> in contacts and in no_such_table, 24 times by turns
      Then the answers take the same time for both tables

      Examples: A call that reads, and one that writes
        | call          |
        | an upsert     |
        | a list        |
