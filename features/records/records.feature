@records
Feature: Records by their id
  An upsert finds records by a key; the calls of this profile create records, and read, change and delete them by id.

  Background:
    Given these users are stored:
      | as   | email            | name |
      | Mira | mira@example.com | Mira |

  @AC-601 @defines-create
  Rule: AC-601 A record is created, and reads as it was created

    @S-ncxx
    Scenario: A project is created and read back
      When the editor creates in projects:
        | name  | description | status | validation_score | user_id   |
        | Atlas | Maps        | active | 40               | {Mira.id} |
      Then the answer is 201
      And the record reads the same by its id
      And the answer holds the stored record

    @S-9zrx
    Scenario Outline: A record that the editor <way> has been updated when it was created
      When the editor <way>:
        | email           | name |
        | eve@example.com | Eve  |
      Then the answer is <answer>
      And created_at and updated_at of the record are the same

      Examples: A create, and an upsert that creates
        | way                         | answer               |
        | creates in users            | 201                  |
        | upserts into users by email | 200 and says created |

    @S-ru8p @needs-batch
    Scenario: A record that a batch creates has been updated when it was created
      When the editor upserts a batch into users by email:
        | email           | name |
        | eve@example.com | Eve  |
      Then the answer is 200 and says created
      And created_at and updated_at of the record are the same

    @S-a698 @needs-transactions
    Scenario Outline: Where the editor <way>, it has been updated when it was created
      When the editor <way>:
        | email           | name | created_at               |
        | eve@example.com | Eve  | 2001-02-03T04:05:06.789Z |
      Then the answer is 200 and says created
      And created_at and updated_at of the record are the same

      Examples: A create, and an upsert that creates
        | way                                         |
        | creates in a transaction in users           |
        | upserts in a transaction into users by email |

    @S-ghvv
    Scenario: Messages and titles are kept, however short or long
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      And these conversations are stored:
        | as   | project_id | title |
        | Talk | {Atlas.id} | `""`  |
      When the editor creates in messages:
        | conversation_id | role   | content           |
        | {Talk.id}       | system | `"x" 4,001 times` |
        | {Talk.id}       | user   | `"a\\r\\nb "` |
      Then every answer is 201
      And each value comes back as it was sent

    @S-s5ez
    Scenario: A conversation and an artifact are kept as they were created
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      When the editor creates in conversations:
        | project_id | title             |
        | {Atlas.id} | `""`              |
        | {Atlas.id} | `"x" 300 times`   |
      Then every answer is 201
      And each value comes back as it was sent

    @S-mhss
    Scenario: An asset of no type, and variants of the smallest size, are kept
      Given these room_assets are stored:
        | as    | session_id      | room_id | asset_type |
        | Photo | `"x" 300 times` | kitchen | null       |
      When the editor creates in asset_variants:
        | parent_asset_id | variant_type | storage_path | format          | file_size           | width      | height | processing_error |
        | {Photo.id}      | thumbnail    | kitchen/1    | `"x" 300 times` | 0                   | 1          | 1      | `""`             |
        | {Photo.id}      | webp         | kitchen/2    | `""`            | 9223372036854775807 | 2147483648 | null   | null             |
      Then every answer is 201
      And each value comes back as it was sent

    @S-cpx9
    Scenario: A user's address is kept with its capital letters
      When the editor creates in users:
        | email                  | name            |
        | Zoe.O'Hara@Example.com | `""`            |
        | eve@example.com        | `"x" 300 times` |
      Then every answer is 201
      And each value comes back as it was sent

    @S-p5r8
    Scenario: The Location header points to the record
      When the editor creates in projects:
        | name  | user_id   |
        | Atlas | {Mira.id} |
      Then the answer is 201
      And the answer's Location leads to the record

    @S-g5bt
    Scenario: A create with a taken key is a conflict
      When the editor creates in users:
        | email            | name |
        | mira@example.com | Eve  |
      Then the request is refused
      And nothing has been written

    @S-bz7h
    Scenario: A create needs every required field
      When the editor creates in users:
        | name |
        | Eve  |
      Then the answer is 400
      And Mira is as before

    @S-yu5e
    Scenario: A create with an unknown field is refused
      When the editor creates in users:
        | email           | nickname |
        | eve@example.com | Eve      |
      Then the answer is 400
      And nothing has been written

    @S-7gyt
    Scenario: A project without its user is refused
      When the editor creates in projects:
        | name  | user_id |
        | Atlas |         |
        | Atlas | null    |
      Then every request is refused
      And nothing has been written

    @S-wdt6
    Scenario Outline: The <role> may not create
      When the <role> creates in users:
        | email           | name |
        | eve@example.com | Eve  |
      Then the answer is 403
      And nothing has been written

      Examples: Roles without the permission
        | role    |
        | updater |
        | viewer  |

    @S-tbtr
    Scenario Outline: Protected fields are dropped from a create in <table>
      When the editor creates in <table>:
        | email           | name | id   | created_at               | updated_at               |
        | eve@example.com | Eve  | <id> | 2001-02-03T04:05:06.789Z | 2101-02-03T04:05:06.789Z |
      Then the answer is 201
      And the protected fields are the server's own
      And Mira is as before

      Examples: An id of each form
        | table    | id                                       |
        | users    | `"00000000-0000-4000-8000-000000000000"` |
        | contacts | `918273645`                              |

    @S-pqy2
    Scenario: Values of every kind come back as they were created
      When the editor creates in contacts:
        | email              | name         | notes | age | vip   | birthday   |
        | oona@example.com   | 0            | `""`  | 0   | false | 1500-02-28 |
        | ada@example.com    | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | 010   | 2147483648 | true  | 9999-12-31 |
      Then every answer is 201
      And each value comes back as it was sent

    @S-8jcu
    Scenario: Moments come back as they were created
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      When the editor creates in asset_variants:
        | parent_asset_id | variant_type | storage_path | format | processed_at                        |
        | {Photo.id}      | optimized    | kitchen/3    | webp   | 1500-02-28T12:00:00.123456-05:30    |
        | {Photo.id}      | webp         | kitchen/4    | webp   | 9999-12-31T23:59:59.987Z            |
      Then each value comes back as it was sent

    @S-t4tj
    Scenario: Amounts and dates come back as they were created
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor creates in transactions:
        | reference | account_id | date       | amount              | balance | sequence_number | notes |
        | tx-1      | {Main.id}  | 1500-02-28 | 10.50               | 100     | -3              | `""`  |
        | tx-2      | {Main.id}  | 9999-12-31 | 1234567890123456.78 | -0.105  | 2147483648      | 0     |
        | tx-3      | {Main.id}  | 2024-02-29 | 0.00                | null    | 0               | 010   |
      Then each value comes back as it was sent

    @S-hpxw
    Scenario: Typed JSON comes back as it was created
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor creates in raw_transactions:
        | reference | account_id | payload                                          |
        | raw-1     | {Main.id}  | {"0": "2024-01-15T10:00:00Z", "1": {"0": null}, "2": null, "É 😀": [[], {}, ""]} |
        | raw-2     | {Main.id}  | [1.5, null, [3]]                                 |
        | raw-3     | {Main.id}  | 0                                                |
      Then each value comes back as it was sent

    @S-qyyw @needs-transactions
    Scenario: Values of every kind come back as they were created in a transaction
      When the editor creates in a transaction in projects:
        | name | user_id   | status    | validation_score | collected_data                   |
        | 0    | {Mira.id} | completed | 0                | {"notes": [1.5, null, {"0": ""}]} |
        | 010  | {Mira.id} | null      | null             | null                             |
        | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | {Mira.id} | draft | -2147483649 | {"notes": [[], {}, {"é": 0}]} |
      Then the answer is 200 and says 3 created
      And each value comes back as it was sent

  @AC-602
  Rule: AC-602 Reading a record that does not exist is answered with 404

    @S-6pbs
    Scenario: A deleted record can't be read
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      And Atlas has been deleted
      When the editor reads Atlas
      Then the answer is 404

    @S-9rdn
    Scenario: A record can't be read right after its deletion
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      When the editor deletes Atlas, then reads it
      Then the answer is 404

    @S-pqgd
    Scenario Outline: The id <id> in <table> is unknown
      When the editor reads the record <id> of <table>
      Then the answer is 404

      Examples: Ids that no record has
        | id                                   | table         |
        | 999999999                            | contacts      |
        | 00000000-0000-4000-8000-000000000000 | projects      |
        | nonsense                             | contacts      |
        | nonsense                             | projects      |
        | 1                                    | no_such_table |

    @S-jjrw
    Scenario Outline: What is nearly a record's id is unknown: <text>
      Given these contacts are stored:
        | as  | email           | name         |
        | Ada | ada@example.com | Ada Lovelace |
      When the editor reads the record <text> of contacts
      Then the answer is 404

      Examples: Text that a lenient parser ignores
        | text       |
        | {Ada.id}x  |
        | {Ada.id},2 |
        | {Ada.id}.5 |
        | +{Ada.id}  |

    @S-mph3
    Scenario Outline: The <role> may read a record
      When the <role> reads Mira
      Then the answer is 200
      And the answer holds the stored record

      Examples: Who may not write all
        | role    |
        | viewer  |
        | creator |
        | updater |

  @AC-608 @defines-change
  Rule: AC-608 A partial update writes the fields that are given, and no others

    Background:
      Given these projects are stored:
        | as    | name  | description | status | validation_score | user_id   |
        | Atlas | Atlas | Maps        | draft  | 40               | {Mira.id} |
        | Bolt  | Bolt  | Screws      | draft  | 20               | {Mira.id} |

    @S-h4rs
    Scenario: A partial update writes one field
      When the editor changes Atlas:
        | name       |
        | Atlas Mark |
      Then the answer is 200
      And Atlas keeps id, description, status, validation_score, user_id, created_at
      And the answer holds the stored record
      And these projects are now stored:
        | as    | name       |
        | Atlas | Atlas Mark |
      And Atlas's updated_at is later than before

    @S-9xs4
    Scenario: A null clears a value in a partial update
      When the editor changes Atlas:
        | description |
        | null        |
      Then the answer is 200
      And Atlas keeps name, status, validation_score
      And these projects are now stored:
        | as    | description |
        | Atlas | null        |
      And Bolt is as before

    @S-paan
    Scenario: Protected fields are dropped from a partial update
      When the editor changes Atlas:
        | name       | id                                       | created_at               | updated_at               |
        | Atlas Mark | `"00000000-0000-4000-8000-000000000000"` | 2001-02-03T04:05:06.789Z | 2001-02-03T04:05:06.789Z |
      Then the answer is 200
      And Atlas keeps id, created_at
      And Atlas's updated_at is later than before
      And these projects are now stored:
        | as    | name       |
        | Atlas | Atlas Mark |

    @S-65md
    Scenario Outline: <field> can't be changed to <value>
      When the editor changes Atlas:
        | <field> | description |
        | <value> | changed     |
      Then the request is refused
      And Atlas, Bolt are as before

      Examples: Not of the type, not an option, not null, not known
        | field            | value    |
        | validation_score | `"high"` |
        | status           | archived |
        | name             | null     |
        | nickname         | x        |

    @S-uyet
    Scenario: The creator may not change a record
      When the creator changes Atlas:
        | name |
        | Mine |
      Then the answer is 403
      And Atlas, Bolt are as before

    @S-2ugd
    Scenario: A record that does not exist can't be changed
      When the editor changes the record 00000000-0000-4000-8000-000000000000 of projects
      Then the answer is 404
      And Atlas, Bolt are as before

    @S-68kr
    Scenario: Values of every kind come back from a change as they were sent
      Given these contacts are stored:
        | as  | email           | name         | status   | vip  | phone           | notes           |
        | Ada | ada@example.com | Ada Lovelace | inactive | true | +44 20 7946 001 | `"X" 300 times` |
      When the editor changes Ada:
        | email              | name | notes | age | vip   | birthday   |
        | oona@example.com   | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | `"x" 300 times` | 0 |      | 1500-02-28 |
      Then the answer is 200
      And each value comes back as it was sent, in lists too
      And no record in contacts has email ada@example.com

    @S-4qzq @needs-transactions
    Scenario: Values of every kind come back from changes in a transaction
      Given these contacts are stored:
        | as    | email             | name         | status   | notes   | vip  | phone           |
        | Ada   | ada@example.com   | Ada Lovelace | inactive | `""`    |      | +44 20 7946 001 |
        | Grace | grace@example.com | Grace Hopper | inactive | `"X" 300 times` | true | +1 212 555 0100 |
      When the editor changes Ada, Grace in a transaction:
        | email              | name | notes | age | vip   | birthday   |
        | oona@example.com   | 0    | null  | 0   | false | 1500-02-28 |
        | grace@example.com  | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | `"x" 300 times` | 2147483648 |       | 9999-12-31 |
      Then the answer is 200 and says updated, updated
      And each value comes back as it was sent

    @S-4a54
    Scenario: Moments come back from a change as the same instants
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path |
        | Small | {Photo.id}      | thumbnail    | kitchen/1    |
        | Large | {Photo.id}      | optimized    | kitchen/2    |
        | Full  | {Photo.id}      | webp         | kitchen/3    |
      When the editor changes Small, Large, Full:
        | processed_at                     |
        | 1500-02-28T12:00:00.123456-05:30 |
        | 9999-12-31T23:59:59.987Z         |
        | 0476-09-04T12:00:00Z             |
      Then the answer is 200
      And each value comes back as it was sent

    @S-mnen
    Scenario: A change can't take another's key of several fields
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path         |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp |
        | Full  | {Photo.id}      | webp         | kitchen/1_full.webp  |
      When the editor changes Thumb:
        | variant_type | width |
        | webp         | 640   |
      Then the request is refused
      And Thumb, Full are as before

    @S-a8k7
    Scenario: Amounts and dates come back from a change as they were sent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount |
        | Sale | tx-1      | {Main.id}  | 2024-01-15 | 1.00   |
        | Fee  | tx-2      | {Main.id}  | 2024-01-15 | 1.00   |
      When the editor changes Sale, Fee:
        | reference | date       | amount              | balance | sequence_number | notes |
        | tx-1      | 1500-02-28 | 10.50               | 100     | -3              | `""`  |
        | tx-2      | 9999-12-31 | 1234567890123456.78 | -0.105  | 2147483648      | 0     |
      Then the answer is 200
      And each value comes back as it was sent

    @S-t8qs
    Scenario: Typed JSON comes back from a change as it was sent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these raw_transactions are stored:
        | as    | reference | account_id | payload |
        | Raw   | raw-1     | {Main.id}  | {"0": "2024-01-15T10:00:00Z", "1": {"0": 0}, "2": null, "é 😀": [[], {}, ""]} |
        | Other | raw-2     | {Main.id}  | [1.5, null, [4]] |
      When the editor changes Raw, Other:
        | payload                                          |
        | {"0": "2024-01-15T10:00:00Z", "1": {"0": null}, "2": null, "é 😀": [[], {}, ""]} |
        | [1.5, null, [3]]                                 |
      Then the answer is 200
      And each value comes back as it was sent

    @S-mew4
    Scenario: A deleted record can't be changed
      Given Atlas has been deleted
      When the editor changes Atlas:
        | name       |
        | Atlas Mark |
      Then the answer is 404
      And Atlas is gone
      And Bolt is as before

    @S-9ff2
    Scenario: A project that moves to another user is found there
      Given these users are stored:
        | as   | email            | name |
        | Theo | theo@example.com | Theo |
      And the editor has grouped projects with:
        | group_by |
        | user_id  |
      When the editor changes Atlas:
        | user_id   | status    | validation_score |
        | {Theo.id} | completed | -3               |
      Then the answer is 200
      And each value comes back as it was sent, in lists too
      And Bolt is as before

    @S-ntw7
    Scenario: A user can't get another user's address
      Given these users are stored:
        | as   | email            | name |
        | Theo | theo@example.com | Theo |
      When the editor changes Theo:
        | email            | name |
        | mira@example.com | Mira |
      Then the request is refused
      And Mira, Theo are as before

  @AC-609 @defines-delete
  Rule: AC-609 A deleted record is gone, and no other

    Background:
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
        | Bolt  | Bolt  | {Mira.id} |

    @S-n4v6
    Scenario: A project is deleted
      When the editor deletes Atlas
      Then the answer is 204
      And Atlas is gone
      And Bolt, Mira are as before

    @S-7wym
    Scenario: A user is deleted
      When the editor deletes Mira
      Then the answer is 204
      And Mira is gone

    @S-uxph
    Scenario: The key of a deleted record can be used again
      Given Mira has been deleted
      When the editor creates in users:
        | email            | name |
        | mira@example.com | Mira |
      Then the answer is 201
      And the record reads the same by its id
      And the answer holds the stored record

    @S-9the
    Scenario: A new record with a deleted key has none of the old values
      Given Mira has been deleted
      When the editor upserts into users by email:
        | email            |
        | mira@example.com |
      Then the answer is 200 and says created
      And these users are now stored:
        | email            | name |
        | mira@example.com | null |

    @S-9d2w
    Scenario: A deleted record can't be deleted again
      When the editor deletes Atlas twice
      Then the answer is 404
      And Bolt, Mira are as before

    @S-4b3g
    Scenario: A record that does not exist can't be deleted
      When the editor deletes the record 00000000-0000-4000-8000-000000000000 of projects
      Then the answer is 404
      And Atlas, Bolt, Mira are as before

    @S-xhfk
    Scenario Outline: The <role> may not delete
      When the <role> deletes Atlas
      Then the answer is 403
      And Atlas, Bolt are as before

      Examples: Roles without the permission
        | role    |
        | creator |
        | updater |
        | viewer  |

    @S-tfnx
    Scenario: The id of a deleted record is never given again
      Given these conversations are stored:
        | as   | project_id | title |
        | Talk | {Atlas.id} | First |
      And Talk has been deleted
      When the editor creates in conversations:
        | project_id | title  |
        | {Atlas.id} | Second |
        | {Atlas.id} | Third  |
      Then every answer is 201
      And every answer has an id of its own
      And Talk is gone

    @S-jgdy @needs-batch
    Scenario: A batch creates the record of a deleted key anew
      Given these contacts are stored:
        | as  | email           | name         | notes        |
        | Ada | ada@example.com | Ada Lovelace | Wrote Note G |
      And Ada has been deleted
      When the editor upserts a batch into contacts by email:
        | email            | name        | notes |
        | ada@example.com  | Ada Byron   | null  |
        | alan@example.com | Alan Turing |       |
      Then the answer is 200 and says created, created
      And every answer has an id of its own
      And each value comes back as it was sent

    @S-2tf2 @needs-conflict
    Scenario: A deleted record is not ignored, but created anew
      Given Mira has been deleted
      When the editor upserts into users by email and ignores a match:
        | email            | name |
        | mira@example.com | Mia  |
      Then the answer is 200 and says created
      And every answer has an id of its own
      And each value comes back as it was sent

    @S-z55s @needs-transactions
    Scenario: A transaction creates the record of a deleted key anew
      Given Mira has been deleted
      When the editor upserts in a transaction into users by email:
        | email            | name |
        | mira@example.com | Mia  |
      Then the answer is 200 and says created
      And every answer has an id of its own
      And each value comes back as it was sent

  @AC-611 @defines-json
  Rule: AC-611 Typed JSON is kept as sent and checked against its schema

    @S-2v27
    Scenario: Typed JSON comes back as it was sent
      When the editor creates in projects:
        | name  | user_id   | collected_data |
        | Atlas | {Mira.id} | {"actors": [{"name": "Courier", "type": "human"}], "useCases": ["deliver"], "boundaries": [], "entities": [{"name": "Parcel", "attributes": ["weight", "size"]}]} |
      Then the answer is 201
      And the record reads the same by its id
      And the answer holds the stored record

    @S-b5vd
    Scenario Outline: <kind> is kept as typed JSON
      When the editor creates in projects:
        | name  | user_id   | collected_data |
        | Atlas | {Mira.id} | <value>        |
      Then the answer is 201
      And the record reads the same by its id
      And the answer holds the stored record

      Examples: Values that fit the schema
        | kind               | value |
        | an empty object    | {} |
        | null               | null |
        | one member         | {"useCases": ["a", "b", "a"]} |
        | another member     | {"notes": {"deep": [1, 2.5, true, null, "x"]}} |
        | more of an actor   | {"actors": [{"name": "A", "type": "t", "age": 3}]} |
        | empty in a member  | {"notes": {"none": {}, "nothing": [], "no": ""}} |
        | accents in two ways | {"notes": ["e\\u0301", "\\u00e9"]} |
        | a null inside      | {"notes": {"first": null, "others": [null, {"second": null}]}} |
        | a name with a dot  | {"notes": {"a.b": 1, "a": {"b": 2}}} |
        | a moment as text   | {"notes": ["2024-01-15T10:00:00+02:00", "2024-01-15T10:00:00Z"]} |
        | JSON as text       | {"notes": ["5", "null", "{}", "[1]"]} |
        | names that are numbers | {"notes": {"0": "a", "1": "b"}} |
        | names of other letters | {"notes": {"É 😀": {"": [[]]}, "$Set": {"$inc": 1}}} |

    @S-723x
    Scenario Outline: <kind> is refused as typed JSON
      When the editor creates in projects:
        | name  | user_id   | collected_data |
        | Atlas | {Mira.id} | <value>        |
      Then the request is refused

      Examples: Values that do not fit the schema
        | kind                          | value |
        | text                          | "actors" |
        | a list                        | [] |
        | use cases that are text       | {"useCases": "deliver"} |
        | use cases that are numbers    | {"useCases": [1]} |
        | boundaries that are text      | {"boundaries": "here"} |
        | boundaries that are numbers   | {"boundaries": [1]} |
        | actors that are an object     | {"actors": {"name": "Courier", "type": "human"}} |
        | an actor without a name       | {"actors": [{"type": "human"}]} |
        | an actor whose name is a number | {"actors": [{"name": 1, "type": "human"}]} |
        | an actor whose type is a list | {"actors": [{"name": "Courier", "type": []}]} |
        | an actor without a type       | {"actors": [{"name": "Courier"}]} |
        | an actor that is text         | {"actors": ["Courier"]} |
        | a second actor without a type | {"actors": [{"name": "A", "type": "t"}, {"name": "B"}]} |
        | a second use case that is a number | {"useCases": ["a", 1]} |
        | an entity without attributes  | {"entities": [{"name": "Parcel"}]} |
        | an entity without a name      | {"entities": [{"attributes": ["weight"]}]} |
        | an entity whose name is null  | {"entities": [{"name": null, "attributes": []}]} |
        | entities that are an object   | {"entities": {"name": "Parcel", "attributes": []}} |
        | attributes that are text      | {"entities": [{"name": "Parcel", "attributes": "weight"}]} |
        | attributes that are numbers   | {"entities": [{"name": "Parcel", "attributes": [1]}]} |

    @S-qh7x
    Scenario: A partial update with invalid typed JSON is refused
      Given these projects are stored:
        | as    | name  | user_id   | collected_data          |
        | Atlas | Atlas | {Mira.id} | {"useCases": ["first"]} |
      When the editor changes Atlas:
        | name    | collected_data      |
        | Changed | {"useCases": "all"} |
      Then the request is refused
      And Atlas is as before

    @S-wgxq
    Scenario: A partial update replaces typed JSON as a whole
      Given these projects are stored:
        | as    | name  | user_id   | collected_data                              |
        | Atlas | Atlas | {Mira.id} | {"useCases": ["deliver"], "boundaries": []} |
      When the editor changes Atlas:
        | collected_data           |
        | {"useCases": ["return"]} |
      Then the answer is 200
      And these projects are now stored:
        | as    | collected_data           |
        | Atlas | {"useCases": ["return"]} |

    @S-3vbj
    Scenario: Typed JSON is kept where an upsert writes it again
      Given these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
      When the editor upserts into raw_transactions by reference:
        | reference | account_id   | payload                  |
        | raw-1     | {Savings.id} | []                       |
        | raw-1     | {Savings.id} | {"paid": [true, 0]}      |
        | raw-2     | {Savings.id} | 12.5                     |
        | raw-2     | {Savings.id} | ""                       |
        | raw-3     | {Savings.id} | {"lines": [{"paid": 0}]} |
        | raw-3     | {Savings.id} | {"lines": [{"paid": 1}]} |
      Then the answer is 200 and says created, updated, created, updated, created, updated
      And these raw_transactions are now stored:
        | reference | payload                  |
        | raw-1     | {"paid": [true, 0]}      |
        | raw-2     | ""                       |
        | raw-3     | {"lines": [{"paid": 1}]} |

  @AC-612 @defines-defaults
  Rule: AC-612 Defaults are filled in on a create, and options hold

    @S-pkbz
    Scenario: A project starts as a draft with a score of 0
      When the editor creates in projects:
        | name  | user_id   |
        | Atlas | {Mira.id} |
      Then the answer is 201
      And these projects are now stored:
        | status | validation_score | description |
        | draft  | 0                | null        |

    @S-s8d9
    Scenario: A given value replaces the default
      When the editor creates in projects:
        | name  | user_id   | status    | validation_score |
        | Atlas | {Mira.id} | completed | 7                |
      Then the answer is 201
      And these projects are now stored:
        | status    | validation_score |
        | completed | 7                |

    @S-4bc3
    Scenario: A given null replaces the default
      When the editor creates in projects:
        | name  | user_id   | status | validation_score |
        | Atlas | {Mira.id} | null   | null             |
      Then the answer is 201
      And these projects are now stored:
        | status | validation_score |
        | null   | null             |

    @S-8e63
    Scenario Outline: <value> is not a status
      When the editor creates in projects:
        | name  | user_id   | status  |
        | Atlas | {Mira.id} | <value> |
      Then the request is refused

      Examples: Not an option
        | value    |
        | archived |
        | Draft    |
        | `""`     |

  @AC-613
  Rule: AC-613 Deleting a user deletes the user's projects with their conversations, messages and artifacts

    Background:
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      And these conversations are stored:
        | as   | project_id | title |
        | Talk | {Atlas.id} | First |
      And these messages are stored:
        | as    | conversation_id | role   | content |
        | Hello | {Talk.id}       | system | Welcome |

    @S-uza9
    Scenario: Deleting a user deletes everything below
      Given these artifacts are stored:
        | as   | project_id | type | content |
        | Plan | {Atlas.id} | plan | Draw    |
      When the editor deletes Mira
      Then the answer is 204
      And Mira, Atlas, Talk, Hello, Plan are gone

    @S-9myv
    Scenario: Deleting a conversation deletes its messages
      When the editor deletes Talk
      Then the answer is 204
      And Talk, Hello are gone
      And Mira, Atlas are as before

    @S-mz3g
    Scenario: Deleting the only message of a conversation leaves the conversation
      When the editor deletes Hello
      Then the answer is 204
      And Hello is gone
      And Mira, Atlas, Talk are as before

    @S-c6am
    Scenario: Another user's projects stay
      Given these users are stored:
        | as   | email            | name |
        | Theo | theo@example.com | Theo |
      And these projects are stored:
        | as   | name | user_id   |
        | Bolt | Bolt | {Theo.id} |
      When the editor deletes Mira
      Then Mira, Atlas, Talk, Hello are gone
      And Theo, Bolt are as before
