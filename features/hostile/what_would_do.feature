@hostile
Feature: What would do instead
  A client that is refused for its credentials or its method learns from the answer how to ask.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | phone           |
      | Grace | grace@example.com | Grace Hopper | +1 212 555 0100 |

  @AC-811 @should
  Rule: AC-811 An answer of 401 SHOULD name the scheme of the credentials that are asked for, in WWW-Authenticate

    @S-c2my
    Scenario Outline: An upsert by a caller with <credential>
      When somebody with <credential> upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 401, and names a scheme
      And nothing has been written

      Examples: None, a wrong one, a broken one
        | credential               |
        | no credentials           |
        | a made-up token          |
        | a scheme without a token |

    @S-v2hg
    Scenario: A batch without credentials
      When somebody with no credentials upserts a batch into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
        | eve@example.com | Eve          |
      Then the answer is 401, and names a scheme
      And nothing has been written

    @S-rw5w
    Scenario: A create without credentials
      When somebody with no credentials creates in contacts:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 401, and names a scheme
      And nothing has been written

    @S-r5q5
    Scenario Outline: Somebody who <verb> a record without credentials
      When somebody with no credentials <verb> Grace
      Then the answer is 401, and names a scheme
      And Grace is as before

      Examples: Calls about one record
        | verb    |
        | reads   |
        | changes |
        | deletes |

    @S-u2vp
    Scenario Outline: Somebody who <verb> records without credentials
      When somebody with no credentials <verb> contacts with:
        | <parameter> |
        | <value>     |
      Then the answer is 401, and names a scheme

      Examples: Calls about many records
        | verb   | parameter | value             |
        | lists  | email     | grace@example.com |
        | groups | group_by  | status            |

    @S-mj4n
    Scenario: A transaction without credentials
      When somebody with no credentials sends the transaction:
        """
        [
          {"op": "update", "table": "contacts", "id": "{Grace.id}", "fields": {"name": "Eve"}}
        ]
        """
      Then the answer is 401, and names a scheme
      And Grace is as before

  @AC-812 @should
  Rule: AC-812 An answer of 405 SHOULD list the methods of the path, in Allow

    @S-fmjn
    Scenario Outline: <call> with the method <method>
      When the editor tries <call> in contacts with the method <method>
      Then a 405 allows the call's own method, and not <method>
      And nothing has been written

      Examples: Methods that write nothing, if the target knows them
        | call          | method |
        | an upsert     | TRACE  |
        | a list        | TRACE  |
        | a reading     | TRACE  |
        | a transaction | TRACE  |
        | a transaction | GET    |

  @AC-813
  Rule: AC-813 An error is a problem document (RFC 9457) with its own status and a title

    @S-d422
    Scenario Outline: The refusal of <what> is a problem document
      When <who> upserts into <table> by email:
        | email           | name   | phone   |
        | ada@example.com | <name> | <phone> |
      Then the answer is <status>, as a problem document
      And nothing has been written

      Examples: One of each kind
        | what                         | who                          | table         | name         | phone           | status            |
        | a caller without credentials | somebody with no credentials | contacts      | Ada Lovelace |                 | 401               |
        | a viewer who writes          | the viewer                   | contacts      | Ada Lovelace |                 | 403               |
        | an unknown table             | the editor                   | no_such_table | Ada Lovelace |                 | 404               |
        | a missing name               | the editor                   | contacts      |              |                 | 400               |
        | a taken phone number         | the editor                   | contacts      | Ada Lovelace | +1 212 555 0100 | 400 or 409 or 422 |

  @AC-814
  Rule: AC-814 The health and the description of the API, where it has them, need no credentials and name no table

    @S-mfgw
    Scenario Outline: <who> reads <path>
      When <who> reads <path>
      Then the answer is 200, and names no table

      Examples: The health, and the description of the API
        | path          | who                          |
        | /api/health   | somebody with no credentials |
        | /openapi.json | somebody with no credentials |
        | /api/health   | the editor                   |
