@idempotency
Feature: A request that is sent again is done once
  A client that gets no answer can't know whether its request was carried out. It sends the same request again with the same
  key in the header Idempotency-Key, and the server answers as it did the first time, without doing it a second time.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | phone           |
      | Grace | grace@example.com | Grace Hopper | active | +1 212 555 0100 |

  @AC-921
  Rule: AC-921 The same key and body again get the first answer again, and nothing is written

    @S-z7f5
    Scenario: A create is sent again
      When the editor with the key retry-1 upserts twice into contacts by email:
        | email           | name         | age |
        | ada@example.com | Ada Lovelace | 36  |
      Then the answer is 200 and says created, created
      And every answer has the same id
      And nothing has been written since the first request

    @S-sw34
    Scenario: A create is sent a third time
      When the editor with the key retry-1 upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
        | ada@example.com | Ada Lovelace |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says 3 created
      And every answer has the same id
      And nothing has been written since the first request

    @S-agev
    Scenario Outline: An update of the <role> is sent again
      When the <role> with the key retry-1 upserts twice into contacts by email:
        | email             | name   | status   |
        | grace@example.com | Gracie | inactive |
      Then the answer is 200 and says updated, updated
      And every answer has the same id
      And nothing has been written since the first request

      Examples: Roles that may update
        | role    |
        | editor  |
        | updater |

    @S-uuzc
    Scenario: A key of 255 characters is kept whole
      When the editor with the key retry of 255 characters upserts twice into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, created
      And every answer has the same id
      And nothing has been written since the first request

    @S-wraw @needs-conflict
    Scenario: A create that would ignore a match is sent again
      When the editor with the key retry-1 upserts twice into contacts by email and ignores a match:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, created
      And every answer has the same id
      And nothing has been written since the first request

    @S-78cx @needs-conflict
    Scenario: An update whose condition held is sent again
      When the editor with the key retry-1 upserts twice into contacts by email and updates only where status is active:
        | email             | status   |
        | grace@example.com | inactive |
      Then the answer is 200 and says updated, updated
      And every answer has the same id
      And nothing has been written since the first request

    @S-vu6r @needs-preconditions
    Scenario: An update under a condition is sent again
      When the editor with the key retry-1 upserts twice into contacts by email with If-Match Grace's tag:
        | email             | name   |
        | grace@example.com | Gracie |
      Then the answer is 200 and says updated, updated
      And every answer has the same id
      And nothing has been written since the first request

    @S-q9ph @needs-batch
    Scenario: A batch is sent again
      When the editor with the key retry-1 upserts a batch twice into contacts by email:
        | email             | name         |
        | ada@example.com   | Ada Lovelace |
        | grace@example.com | Gracie       |
      Then the answer is 200 and says created, updated, created, updated
      And every answer has the same ids
      And nothing has been written since the first request

    @S-xqcr @needs-records
    Scenario: A create without a unique key is sent again
      Given these users are stored:
        | as   | email            | name |
        | Mira | mira@example.com | Mira |
      When the editor with the key retry-1 creates twice in projects:
        | name  | user_id   |
        | Atlas | {Mira.id} |
      Then every answer is 201
      And every answer has the same id
      And one record in projects has user_id {Mira.id}

    @S-2ne8 @needs-records
    Scenario Outline: A create of the <role> with a unique key is sent again
      When the <role> with the key retry-1 creates twice in contacts:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then every answer is 201
      And every answer has the same id
      And nothing has been written since the first request

      Examples: Roles that may create
        | role    |
        | editor  |
        | creator |

    @S-4kys @needs-transactions
    Scenario: A transaction is sent again
      Given these users are stored:
        | as   | email            | name |
        | Mira | mira@example.com | Mira |
      When the editor with the key retry-1 sends the transaction twice:
        """
        [
          {"op": "create", "table": "projects", "fields": {"name": "Atlas", "user_id": "{Mira.id}"}},
          {"op": "upsert", "table": "contacts", "fields": {"email": "grace@example.com", "name": "Gracie"},
           "matchFields": ["email"]}
        ]
        """
      Then the answer is 200 and says created, updated, created, updated
      And the answer holds the stored records
      And nothing has been written since the first request
      And one record in projects has user_id {Mira.id}

    @S-du72 @needs-transactions
    Scenario Outline: A transaction of the <role> is sent again
      When the <role> with the key retry-1 sends the transaction twice:
        """
        [<operation>]
        """
      Then the answer is 200 and says <outcome>, <outcome>
      And nothing has been written since the first request

      Examples: Roles that may not do all
        | role    | outcome | operation |
        | updater | updated | {"op": "update", "table": "contacts", "id": "{Grace.id}", "fields": {"name": "Gracie"}} |
        | creator | created | {"op": "create", "table": "contacts", "fields": {"email": "ada@example.com", "name": "Ada Lovelace"}} |

    @S-2gkd
    Scenario Outline: What is refused with <status> is refused alike when it is sent again
      When the <role> with the key retry-1 upserts twice into contacts by email:
        | email           | name         | age   |
        | ada@example.com | Ada Lovelace | <age> |
      Then every answer is <status>
      And nothing has been written

      Examples: A wrong value, and a missing permission
        | role    | age            | status |
        | editor  | `"thirty-six"` | 400    |
        | updater | 36             | 403    |

  @AC-922
  Rule: AC-922 The same key with another body is refused with 422, and nothing is written

    @S-wcgc
    Scenario: Another value
      When the editor with the key retry-1 upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
        | ada@example.com | Ada King     |
      Then the answer is 422
      And nothing has been written since the first request

    @S-b37m
    Scenario: Another record
      When the editor with the key retry-1 upserts into contacts by email:
        | email             | name         |
        | ada@example.com   | Ada Lovelace |
        | grace@example.com | Ada Lovelace |
      Then the answer is 422
      And nothing has been written since the first request

    @S-v57q
    Scenario: A further field
      When the editor with the key retry-1 upserts into contacts by email:
        | email           | name         | age |
        | ada@example.com | Ada Lovelace |     |
        | ada@example.com | Ada Lovelace | 36  |
      Then the answer is 422
      And nothing has been written since the first request

    @S-4bd4
    Scenario: Another value at the end of a long body
      When the editor with the key retry-1 upserts into contacts by email:
        | email           | notes             | name         |
        | ada@example.com | `"x" 3,000 times` | Ada Lovelace |
        | ada@example.com | `"x" 3,000 times` | Ada King     |
      Then the answer is 422
      And nothing has been written since the first request

    @S-3z29
    Scenario: Other match fields
      When the editor with the key retry-1 upserts into contacts by email, then by phone:
        | email             | name         | phone           |
        | grace@example.com | Grace Hopper | +1 212 555 0100 |
        | grace@example.com | Grace Hopper | +1 212 555 0100 |
      Then the answer is 422
      And nothing has been written since the first request

    @S-28kh
    Scenario: The first request is known after the other one was refused
      When the editor with the key retry-1 upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
        | ada@example.com | Ada King     |
        | ada@example.com | Ada Lovelace |
      Then the last answer is 200 and says created
      And nothing has been written since the first request

    @S-wct5 @needs-records
    Scenario: Another record to create
      When the editor with the key retry-1 creates in contacts:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
        | eve@example.com | Ada Lovelace |
      Then the answer is 422
      And nothing has been written since the first request

    @S-dpdm @needs-batch
    Scenario: A single record, then a batch
      Given the editor with the key retry-1 has upserted into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      When the editor with the key retry-1 upserts a batch into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
        | eve@example.com | Eve          |
      Then the answer is 422
      And nothing has been written since the first request

    @S-w5pw @needs-batch
    Scenario: The records of a batch in another order
      When the editor with the key retry-1 upserts a batch, then in the opposite order, into contacts by email:
        | email             | name         |
        | ada@example.com   | Ada Lovelace |
        | grace@example.com | Gracie       |
      Then the answer is 422
      And nothing has been written since the first request

  @AC-925
  Rule: AC-925 Requests with other keys, or with none, are requests of their own

    @S-sszq
    Scenario Outline: The key <second> after <first>
      When the editor with the key <first>, then the editor with the key <second> upserts twice into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, updated
      And every answer has the same id
      And each answer's updated_at is later than the one before

      Examples: Keys that differ a little
        | first                     | second                    |
        | retry-1                   | retry-2                   |
        | retry-a                   | retry-A                   |
        | retry-1                   | retry-10                  |
        | retry-1                   | retry1                    |
        | retry-01                  | retry-1                   |
        | retry%2D1                 | retry-1                   |
        | "retry  1"                | "retry 1"                 |
        | retry-1 of 255 characters | retry-2 of 255 characters |

    @S-xr99
    Scenario: The same request without a key after one with a key
      When the editor with the key retry-1, then the editor upserts twice into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, updated
      And each answer's updated_at is later than the one before

    @S-htr3
    Scenario: The same request with a key after one without a key
      When the editor, then the editor with the key retry-1 upserts twice into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, updated
      And each answer's updated_at is later than the one before

    @S-gnaa
    Scenario: The same request twice without a key
      When the editor upserts twice into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created, updated
      And each answer's updated_at is later than the one before

    @S-tyuw @needs-records
    Scenario: Two creates with a key each make two records
      Given these users are stored:
        | as   | email            | name |
        | Mira | mira@example.com | Mira |
      When the editor with the key retry-1, then the editor with the key retry-2 creates twice in projects:
        | name  | user_id   |
        | Atlas | {Mira.id} |
      Then every answer is 201
      And every answer has an id of its own

  @AC-926
  Rule: AC-926 A key that is empty, or longer than 255 characters, is refused with 400, and nothing is written

    @S-s56e
    Scenario Outline: A create with <key> is refused
      When the editor with <key> upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

      Examples: Keys that are none
        | key                               |
        | an empty key                      |
        | the key retry of 256 characters   |
        | the key retry of 1,000 characters |

    @S-9yyg
    Scenario Outline: An update with <key> is refused
      When the editor with <key> upserts into contacts by email:
        | email             | name   |
        | grace@example.com | Gracie |
      Then the answer is 400
      And nothing has been written

      Examples: Keys that are none
        | key                             |
        | an empty key                    |
        | the key retry of 256 characters |

    @S-egja @needs-batch
    Scenario Outline: A batch with <key> is refused
      When the editor with <key> upserts a batch into contacts by email:
        | email             | name         |
        | ada@example.com   | Ada Lovelace |
        | grace@example.com | Gracie       |
      Then the answer is 400
      And nothing has been written

      Examples: Keys that are none
        | key                             |
        | an empty key                    |
        | the key retry of 256 characters |

    @S-c2jc @needs-records
    Scenario Outline: A create by itself with <key> is refused
      When the editor with <key> creates in contacts:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

      Examples: Keys that are none
        | key                             |
        | an empty key                    |
        | the key retry of 256 characters |

    @S-rxws @needs-transactions
    Scenario Outline: A transaction with <key> is refused
      When the editor with <key> sends the transaction:
        """
        [{"op": "create", "table": "contacts", "fields": {"email": "ada@example.com", "name": "Ada Lovelace"}}]
        """
      Then the answer is 400
      And nothing has been written

      Examples: Keys that are none
        | key                             |
        | an empty key                    |
        | the key retry of 256 characters |
