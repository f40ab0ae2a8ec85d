@transactions
Feature: Several operations, all or nothing
  Records that belong together are written together: a project and its first conversation, a transfer and its log entry.

  Background:
    Given these users are stored:
      | as   | email             | name |
      | Mira | mira@example.com  | Mira |
      | Theo | theo@example.com  | Theo |
      | Gone | gone@example.com  | Gone |

  @AC-501 @defines-transaction
  Rule: AC-501 A parent and its dependent records are created together, and later operations can refer to earlier ones

    @S-zddy
    Scenario: A project is created with its first conversation and message
      When the editor sends the transaction:
        """
        [
          {"op": "create", "table": "projects", "as": "project", "fields": {"name": "Atlas", "user_id": "{Mira.id}"}},
          {"op": "create", "table": "conversations", "as": "talk",
           "fields": {"project_id": {"$ref": "project.id"}, "title": "First"}},
          {"op": "create", "table": "messages",
           "fields": {"conversation_id": {"$ref": "talk.id"}, "role": "system", "content": "Welcome to Atlas"}}
        ]
        """
      Then the answer is 200 and says created, created, created
      And in result 1 project_id is the id of result 0
      And in result 2 conversation_id is the id of result 1
      And the answer holds the stored records

    @S-v8es
    Scenario: An asset is created with its first variant
      When the editor sends the transaction:
        """
        [
          {"op": "create", "table": "room_assets", "as": "asset",
           "fields": {"session_id": "session-1", "room_id": "kitchen", "asset_type": "photo"}},
          {"op": "upsert", "table": "asset_variants", "matchFields": ["storage_path"],
           "fields": {"parent_asset_id": {"$ref": "asset.id"}, "variant_type": "thumbnail",
                      "storage_path": "kitchen/1_thumb.webp"}}
        ]
        """
      Then the answer is 200 and says created, created
      And in result 1 parent_asset_id is the id of result 0
      And the answer holds the stored records

    @S-hmyk
    Scenario: A reference can be the id of a later operation
      When the editor sends the transaction:
        """
        [
          {"op": "create", "table": "projects", "as": "project", "fields": {"name": "Atlas", "user_id": "{Mira.id}"}},
          {"op": "update", "table": "projects", "id": {"$ref": "project.id"}, "where": {"status": "draft"},
           "fields": {"status": "active"}}
        ]
        """
      Then the answer is 200 and says created, updated
      And in result 1 id is the id of result 0
      And in result 0 status is "draft"

    @S-kaze
    Scenario: References name any earlier operation and any of its fields
      When the editor sends the transaction:
        """
        [
          {"op": "create", "table": "projects", "as": "project", "fields": {"name": "Atlas", "user_id": "{Mira.id}"}},
          {"op": "create", "table": "conversations", "as": "talk",
           "fields": {"project_id": {"$ref": "project.id"}, "title": {"$ref": "project.description"}}},
          {"op": "create", "table": "conversations",
           "fields": {"project_id": {"$ref": "project.id"}, "title": {"$ref": "project.name"}}}
        ]
        """
      Then the answer is 200 and says created, created, created
      And in result 2 project_id is the id of result 0
      And in result 2 title is "Atlas"
      And the answer holds the stored records

    @S-h36d
    Scenario: A later operation can refer to an upsert and to an update
      When the editor sends the transaction:
        """
        [
          {"op": "upsert", "table": "users", "as": "owner", "matchFields": ["email"],
           "fields": {"email": "mira@example.com", "name": "Mira M."}},
          {"op": "update", "table": "users", "as": "renamed", "id": {"$ref": "owner.id"}, "fields": {"name": "Mira N."}},
          {"op": "create", "table": "projects", "fields": {"name": {"$ref": "renamed.name"}, "user_id": {"$ref": "renamed.id"}}}
        ]
        """
      Then the answer is 200 and says updated, updated, created
      And in result 2 user_id is the id of result 0

    @S-8x8d
    Scenario: Log entries are kept to their last character
      When the editor creates in a transaction in activity_log:
        | type                  | project_id | from_user_id    | to_user_id |
        | `"a\\r\\nb \\t"`     | `""`       | `"x" 300 times` | null       |
        | `" e\\u0301 <i>& "` | 7          | no id           | 008        |
      Then the answer is 200 and says 2 created
      And each value comes back as it was sent

    @S-t37w
    Scenario: A deletion is answered without a record
      Given these activity_log are stored:
        | as   | type    | project_id | from_user_id |
        | Note | invited | {Theo.id}  | {Theo.id}    |
      When the editor sends the transaction:
        """
        [
          {"op": "create", "table": "users", "fields": {"email": "new@example.com"}},
          {"op": "delete", "table": "users", "id": "{Theo.id}"}
        ]
        """
      Then the answer is 200 and says created, deleted
      And Theo is gone
      And Mira, Note are as before

    @S-u52u
    Scenario: A deletion deletes everything below
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Theo.id} |
      And these conversations are stored:
        | as   | project_id | title |
        | Talk | {Atlas.id} | First |
      And these messages are stored:
        | as    | conversation_id | role   | content |
        | Hello | {Talk.id}       | system | Welcome |
      When the editor sends the transaction:
        """
        [{"op": "delete", "table": "users", "id": "{Theo.id}"}]
        """
      Then the answer is 200 and says deleted
      And Theo, Atlas, Talk, Hello are gone

    @S-pvcd
    Scenario: A deletion deletes what the same transaction has created below
      When the editor sends the transaction:
        """
        [
          {"op": "create", "table": "projects", "as": "project", "fields": {"name": "Atlas", "user_id": "{Theo.id}"}},
          {"op": "create", "table": "conversations", "fields": {"project_id": {"$ref": "project.id"}}},
          {"op": "delete", "table": "users", "id": "{Theo.id}"}
        ]
        """
      Then the answer is 200 and says created, created, deleted
      And Theo is gone
      And no record in projects has user_id {Theo.id}
      And Mira is as before

    @S-qdqt
    Scenario: A guard can refer to an earlier operation
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      When the editor sends the transaction:
        """
        [
          {"op": "upsert", "table": "users", "as": "owner", "matchFields": ["email"],
           "fields": {"email": "mira@example.com", "name": "Mira M."}},
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "where": {"user_id": {"$ref": "owner.id"}},
           "fields": {"name": "Changed"}}
        ]
        """
      Then the answer is 200 and says updated, updated
      And these projects are now stored:
        | as    | name    |
        | Atlas | Changed |

    @S-75jd
    Scenario: A key that an earlier operation has deleted is free again
      When the editor sends the transaction:
        """
        [
          {"op": "delete", "table": "users", "id": "{Theo.id}"},
          {"op": "upsert", "table": "users", "matchFields": ["email"],
           "fields": {"email": "theo@example.com", "name": "Theodor"}},
          {"op": "delete", "table": "users", "id": "{Gone.id}"},
          {"op": "create", "table": "users", "fields": {"email": "gone@example.com", "name": "Back"}}
        ]
        """
      Then the answer is 200 and says deleted, created, deleted, created
      And these users are now stored:
        | email            | name    |
        | theo@example.com | Theodor |
        | gone@example.com | Back    |

    @S-s5uu
    Scenario: A record that was upserted can be changed by a later operation
      When the editor sends the transaction:
        """
        [
          {"op": "upsert", "table": "users", "as": "owner", "matchFields": ["email"],
           "fields": {"email": "nina@example.com"}},
          {"op": "update", "table": "users", "id": {"$ref": "owner.id"}, "fields": {"name": "Nina"}}
        ]
        """
      Then the answer is 200 and says created, updated
      And in result 1 id is the id of result 0
      And in result 1 name is "Nina"

  @AC-502
  Rule: AC-502 A failure at any operation leaves nothing written

    @S-kzr2
    Scenario Outline: <kind> fails the whole transaction
      Given Gone has been deleted
      When the editor sends the transaction:
        """
        [
          {"op": "create", "table": "users", "fields": {"email": "new@example.com", "name": "New"}},
          {"op": "update", "table": "users", "id": "{Mira.id}", "fields": {"name": "Changed"}},
          <operation>
        ]
        """
      Then the transaction is refused
      And nothing has been written

      Examples: The last operation can't be done
        | kind                     | operation |
        | a missing required field | {"op": "create", "table": "users", "fields": {"name": "No address"}} |
        | a value of the wrong type  | {"op": "create", "table": "projects", "fields": {"name": 1, "user_id": "{Mira.id}"}} |
        | an unknown operation     | {"op": "replace", "table": "users", "id": "{Theo.id}", "fields": {"name": "x"}} |
        | an unknown reference     | {"op": "create", "table": "projects", "fields": {"name": "x", "user_id": {"$ref": "nobody.id"}}} |
        | a taken unique key       | {"op": "create", "table": "users", "fields": {"email": "theo@example.com"}} |
        | a missing parent         | {"op": "create", "table": "projects", "fields": {"name": "x", "user_id": "{Gone.id}"}} |
        | a parent that is deleted before | {"op": "delete", "table": "users", "id": "{Theo.id}"}, {"op": "create", "table": "projects", "fields": {"name": "x", "user_id": "{Theo.id}"}} |

    @S-ye6a
    Scenario Outline: <kind> is answered with 404
      Given Gone has been deleted
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "users", "id": "{Mira.id}", "fields": {"name": "Changed"}},
          <operation>
        ]
        """
      Then the answer is 404
      And the error says that the record at index 1 is wrong
      And nothing has been written

      Examples: Missing tables and records
        | kind             | operation |
        | a missing table  | {"op": "create", "table": "no_such_table", "fields": {"name": "x"}} |
        | a missing record | {"op": "update", "table": "users", "id": "{Gone.id}", "fields": {"name": "x"}} |
        | a missing record to delete | {"op": "delete", "table": "users", "id": "{Gone.id}"} |

    @S-s5h6
    Scenario: When the first operation fails, the others are not done
      When the editor sends the transaction:
        """
        [
          {"op": "create", "table": "users", "fields": {"email": "theo@example.com"}},
          {"op": "create", "table": "users", "fields": {"email": "new@example.com"}},
          {"op": "delete", "table": "users", "id": "{Mira.id}"}
        ]
        """
      Then the transaction is refused
      And nothing has been written

    @S-ejnd
    Scenario: What a failed transaction would have created can be created afterwards
      When the editor sends the transaction, then without its last operation:
        """
        [
          {"op": "create", "table": "users", "fields": {"email": "new@example.com", "name": "New"}},
          {"op": "create", "table": "users", "fields": {"email": "theo@example.com"}}
        ]
        """
      Then the last answer is 200 and says created
      And these users are now stored:
        | email           | name |
        | new@example.com | New  |

    @S-t8t2
    Scenario: A record deleted before the failure is restored
      When the editor sends the transaction:
        """
        [
          {"op": "delete", "table": "users", "id": "{Mira.id}"},
          {"op": "update", "table": "users", "id": "{Mira.id}", "fields": {"name": "Ghost"}}
        ]
        """
      Then the answer is 404
      And nothing has been written

    @S-hvhk
    Scenario: The error names the failed operation
      When the editor sends the transaction:
        """
        [
          {"op": "create", "table": "users", "fields": {"email": "new@example.com"}},
          {"op": "create", "table": "users", "fields": {"email": "theo@example.com"}}
        ]
        """
      Then the transaction is refused
      And the error says that the record at index 1 is wrong
      And nothing has been written

    @S-hq93
    Scenario: What was changed and deleted before the failure is restored, with the children
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      And these conversations are stored:
        | as   | project_id | title |
        | Talk | {Atlas.id} | First |
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "users", "id": "{Mira.id}", "fields": {"name": "Mia"}},
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "fields": {"name": "Bolt"}},
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "fields": {"name": "Cargo"}},
          {"op": "delete", "table": "users", "id": "{Mira.id}"},
          {"op": "create", "table": "users", "fields": {"email": "theo@example.com"}}
        ]
        """
      Then the transaction is refused
      And nothing has been written

    @S-qv8t @needs-batch
    Scenario: However many children were deleted before the failure, they are all restored
      Given these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
      And 101 numbered transactions of Savings are stored
      When the editor sends the transaction:
        """
        [
          {"op": "delete", "table": "accounts", "id": "{Savings.id}"},
          {"op": "create", "table": "users", "fields": {"email": "theo@example.com"}}
        ]
        """
      Then the transaction is refused
      And nothing has been written

    @S-r7wb
    Scenario: A name that an earlier transaction gave is unknown
      When the editor sends the transaction, then without its first operation:
        """
        [
          {"op": "upsert", "table": "users", "as": "owner", "matchFields": ["email"],
           "fields": {"email": "mira@example.com"}},
          {"op": "create", "table": "projects", "fields": {"name": "Atlas", "user_id": {"$ref": "owner.id"}}}
        ]
        """
      Then the answer is 400
      And one record in projects has user_id {Mira.id}

    @S-r8tb
    Scenario: What a failed transaction would have deleted can be deleted afterwards, with the children
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      And these conversations are stored:
        | as   | project_id | title |
        | Talk | {Atlas.id} | First |
      When the editor sends the transaction, then without its last operation:
        """
        [
          {"op": "delete", "table": "users", "id": "{Mira.id}"},
          {"op": "create", "table": "users", "fields": {"email": "theo@example.com"}}
        ]
        """
      Then the last answer is 200 and says deleted
      And Mira, Atlas, Talk are gone
      And Theo is as before

    @S-56z4
    Scenario Outline: A change of <field> to <value> fails the whole transaction
      Given these contacts are stored:
        | as    | email             | name         |
        | Ada   | ada@example.com   | Ada Lovelace |
        | Grace | grace@example.com | Grace Hopper |
      When the editor changes Grace, Ada in a transaction:
        | name      | <field> |
        | Amazing   |         |
        | Ada Byron | <value> |
      Then the transaction is refused
      And nothing has been written

      Examples: What no record may have
        | field    | value             |
        | age      | -1                |
        | status   | archived          |
        | vip      | `"true"`          |
        | birthday | 1906-02-29        |
        | email    | grace@example.com |

    @S-thkm
    Scenario Outline: <ident> is the id of no record in <table>
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "users", "id": "{Mira.id}", "fields": {"name": "Changed"}},
          {"op": "delete", "table": "<table>", "id": <ident>}
        ]
        """
      Then the answer is 400 or 404
      And nothing has been written

      Examples: Of another form than ids have
        | ident      | table    |
        | "nonsense" | users    |
        | "nonsense" | contacts |
        | true       | users    |
        | []         | contacts |
        | null       | contacts |

  @AC-503
  Rule: AC-503 A guarded transfer by someone who is not the owner is refused with 409, its log entry included

    Background:
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |

    @S-nft3
    Scenario: The owner can transfer a project
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "where": {"user_id": "{Mira.id}"},
           "fields": {"user_id": "{Theo.id}"}},
          {"op": "create", "table": "activity_log",
           "fields": {"type": "project_transfer", "project_id": "{Atlas.id}", "from_user_id": "{Mira.id}",
                      "to_user_id": "{Theo.id}"}}
        ]
        """
      Then the answer is 200 and says updated, created
      And the answer holds the stored records
      And one record in activity_log has project_id {Atlas.id}

    @S-tt4u
    Scenario: Someone who is not the owner can't transfer a project
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "where": {"user_id": "{Theo.id}"},
           "fields": {"user_id": "{Theo.id}"}},
          {"op": "create", "table": "activity_log",
           "fields": {"type": "project_transfer", "project_id": "{Atlas.id}", "from_user_id": "{Theo.id}",
                      "to_user_id": "{Theo.id}"}}
        ]
        """
      Then the answer is 409
      And Atlas, Mira, Theo are as before
      And no record in activity_log has project_id {Atlas.id}

    @S-5n8x
    Scenario: A log entry before a refused transfer is not written
      When the editor sends the transaction:
        """
        [
          {"op": "create", "table": "activity_log",
           "fields": {"type": "project_transfer", "project_id": "{Atlas.id}", "from_user_id": "{Theo.id}",
                      "to_user_id": "{Theo.id}"}},
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "where": {"user_id": "{Theo.id}"},
           "fields": {"user_id": "{Theo.id}"}}
        ]
        """
      Then the answer is 409
      And Atlas, Mira, Theo are as before
      And no record in activity_log has project_id {Atlas.id}

    @S-pw9a
    Scenario: Every value of a guard has to match
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "projects", "id": "{Atlas.id}",
           "where": {"user_id": "{Mira.id}", "status": "completed"}, "fields": {"user_id": "{Theo.id}"}}
        ]
        """
      Then the answer is 409
      And Atlas, Mira, Theo are as before

    @S-f9ds
    Scenario: A guard can require null
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "where": {"description": null},
           "fields": {"name": "Changed"}}
        ]
        """
      Then the answer is 200 and says updated
      And these projects are now stored:
        | as    | name    |
        | Atlas | Changed |

    @S-y9ha
    Scenario: A guard for null does not match a value
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "where": {"status": null},
           "fields": {"name": "Changed"}}
        ]
        """
      Then the answer is 409
      And Atlas is as before

    @S-5vdn
    Scenario: A guard compares amounts as numbers, and moments as moments
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount |
        | Sale | tx-1      | {Main.id}  | 2024-01-15 | 10.50  |
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "transactions", "id": "{Sale.id}", "where": {"amount": "10.5", "date": "2024-01-15"},
           "fields": {"notes": "paid"}}
        ]
        """
      Then the answer is 200 and says updated
      And these transactions are now stored:
        | as   | reference | notes |
        | Sale | tx-1      | paid  |

    @S-rbej
    Scenario: A guard for empty text does not match null
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "where": {"description": ""},
           "fields": {"name": "Changed"}}
        ]
        """
      Then the answer is 409
      And Atlas is as before

    @S-8zr3
    Scenario: A guarded delete is refused when the guard does not match
      When the editor sends the transaction:
        """
        [{"op": "delete", "table": "projects", "id": "{Atlas.id}", "where": {"status": "completed"}}]
        """
      Then the answer is 409
      And Atlas is as before

    @S-wcdd
    Scenario: A guard holds for what an earlier operation wrote
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "fields": {"status": "active"}},
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "where": {"status": "active"},
           "fields": {"name": "Changed"}}
        ]
        """
      Then the answer is 200 and says updated, updated
      And these projects are now stored:
        | as    | name    | status |
        | Atlas | Changed | active |

    @S-sdf9
    Scenario: A guard does not hold for what an earlier operation has changed
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "projects", "id": "{Atlas.id}", "fields": {"status": "active"}},
          {"op": "delete", "table": "projects", "id": "{Atlas.id}", "where": {"status": "draft"}}
        ]
        """
      Then the answer is 409
      And Atlas is as before

  @AC-504
  Rule: AC-504 An upsert inside a transaction follows the same rules as outside

    Background:
      Given these contacts are stored:
        | as    | email             | name         | status   | phone           | vip  | notes   |
        | Ada   | ada@example.com   | Ada Lovelace | pending  | +44 20 7946 001 | true | Note G  |
        | Grace | grace@example.com | Grace Hopper | inactive | +1 212 555 0100 | true | Admiral |

    @S-5v3v @asserts-unmentioned
    Scenario: An upsert in a transaction creates or updates
      When the editor sends the transaction:
        """
        [
          {"op": "upsert", "table": "contacts", "matchFields": ["email"],
           "fields": {"email": "alan@example.com", "name": "Alan Turing"}},
          {"op": "upsert", "table": "contacts", "matchFields": ["email"],
           "fields": {"email": "ada@example.com", "name": "Ada Byron"}}
        ]
        """
      Then the answer is 200 and says created, updated
      And these contacts are now stored:
        | as  | email            | name        | status  |
        |     | alan@example.com | Alan Turing | active  |
        | Ada | ada@example.com  | Ada Byron   | pending |
      And Grace is as before

    @S-49am
    Scenario: An upsert sees what earlier operations wrote
      When the editor sends the transaction:
        """
        [
          {"op": "upsert", "table": "contacts", "matchFields": ["email"],
           "fields": {"email": "alan@example.com", "name": "Alan Turing"}},
          {"op": "upsert", "table": "contacts", "matchFields": ["email"],
           "fields": {"email": "alan@example.com", "name": "A. M. Turing"}}
        ]
        """
      Then the answer is 200 and says created, updated
      And in result 1 name is "A. M. Turing"
      And these contacts are now stored:
        | email            | name         |
        | alan@example.com | A. M. Turing |

    @S-8tn4
    Scenario: An upsert ignores matches and follows conditions
      When the editor sends the transaction:
        """
        [
          {"op": "upsert", "table": "contacts", "matchFields": ["email"], "onConflict": "ignore",
           "fields": {"email": "ada@example.com", "name": "Ada Byron"}},
          {"op": "upsert", "table": "contacts", "matchFields": ["email"], "updateWhere": {"status": "pending"},
           "fields": {"email": "grace@example.com", "name": "Amazing"}}
        ]
        """
      Then the answer is 200 and says ignored, ignored
      And Ada, Grace are as before

    @S-s6nt
    Scenario Outline: An upsert with <kind> is refused
      When the editor sends the transaction:
        """
        [
          {"op": "upsert", "table": "contacts", "matchFields": ["email"],
           "fields": {"email": "alan@example.com", "name": "Alan Turing"}},
          {"op": "upsert", "table": "contacts", "matchFields": <match>, "fields": <fields>}
        ]
        """
      Then the request is refused
      And nothing has been written

      Examples: What an upsert refuses
        | kind                    | match       | fields |
        | no match field          | []          | {"email": "eve@example.com", "name": "Eve"} |
        | an unknown match field  | ["nowhere"] | {"email": "eve@example.com", "name": "Eve"} |
        | a field of no key       | ["name"]    | {"email": "eve@example.com", "name": "Eve"} |
        | a missing required field | ["email"]  | {"email": "eve@example.com"} |
        | a value of the wrong type | ["email"]   | {"email": "eve@example.com", "name": "Eve", "age": "1"} |
        | a taken phone number    | ["email"]   | {"email": "eve@example.com", "name": "Eve", "phone": "+1 212 555 0100"} |

    @S-mjct
    Scenario: Values of every kind come back from upserts in a transaction
      Given these contacts are stored:
        | as  | email           | name   | notes           | vip   |
        | Eve | eve@example.com | straße | `"X" 300 times` | false |
      When the editor upserts in a transaction twice into contacts by email:
        | email            | name                | notes           | age        | vip   | birthday   |
        | grace@example.com | Grace              | null            |            |       |            |
        | ada@example.com  | 0                   | `""`            | 0          | false | 1500-02-28 |
        | oona@example.com | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | 010             | null       | true  | 9999-12-31 |
        | eve@example.com  | Straße              | `"x" 300 times` | 2147483648 | null  | 1969-12-31 |
      Then the answer is 200 and says 2 updated, created, 5 updated
      And each value comes back as it was sent

    @S-r2z4 @needs-conflict
    Scenario Outline: Values of every kind come back from a transaction <conflict>
      When the editor upserts in a transaction twice into contacts by email <conflict>:
        | email            | name | notes           | age        | status  | vip   | birthday   |
        | eve@example.com  | 0    | `""`            | 0          | pending | false | 1500-02-28 |
        | oona@example.com | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | `"x" 300 times` | 2147483648 | pending | true | 9999-12-31 |
      Then the answer is 200 and says 2 created, 2 <operation>
      And each value comes back as it was sent

      Examples: The conflict members
        | conflict                                         | operation |
        | and updates only name, notes, age, vip, birthday | updated   |
        | and updates only where status is pending         | updated   |
        | and ignores a match                              | ignored   |

    @S-m7h2
    Scenario: Amounts, dates and typed JSON come back from a transaction as they were sent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these raw_transactions are stored:
        | as  | reference | account_id | payload                                   |
        | Raw | raw-1     | {Main.id}  | [1.5, null, {"0": "a", "1": [[], {}, 0]}] |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount |
        | Sale | tx-1      | {Main.id}  | 2024-01-15 | 1.00   |
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "transactions", "id": "{Sale.id}",
           "fields": {"date": "1500-02-28", "amount": "1234567890123456.70", "sequence_number": -2147483649}},
          {"op": "update", "table": "raw_transactions", "id": "{Raw.id}",
           "fields": {"payload": [1.5, null, {"0": "a", "1": [[], {}, ""]}]}},
          {"op": "create", "table": "transactions",
           "fields": {"reference": "tx-2", "account_id": "{Main.id}", "date": "9999-12-31", "amount": "-10.50",
                      "balance": "100", "notes": "0", "merchant": "", "sequence_number": 0}},
          {"op": "create", "table": "raw_transactions",
           "fields": {"reference": "raw-2", "account_id": "{Main.id}", "payload": [1, {"0": {"é": null, "b": [[], {}]}}]}},
          {"op": "upsert", "table": "transactions", "matchFields": ["reference"],
           "fields": {"reference": "tx-3", "account_id": "{Main.id}", "date": "1969-02-28", "amount": "0.00"}},
          {"op": "upsert", "table": "raw_transactions", "matchFields": ["reference"],
           "fields": {"reference": "raw-3", "account_id": "{Main.id}", "payload": [{"0": [[], {}, null]}, 0.5]}}
        ]
        """
      Then the answer is 200 and says 2 updated, 4 created
      And each value comes back as it was sent

    @S-ycnm
    Scenario: Moments come back from a transaction as the same instants
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1    |
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "asset_variants", "id": "{Thumb.id}",
           "fields": {"processed_at": "1500-02-28T12:00:00.123456-05:30"}},
          {"op": "create", "table": "asset_variants",
           "fields": {"parent_asset_id": "{Photo.id}", "variant_type": "webp", "storage_path": "kitchen/2",
                      "processed_at": "9999-12-31T23:59:59.987Z"}},
          {"op": "upsert", "table": "asset_variants", "matchFields": ["storage_path"],
           "fields": {"parent_asset_id": "{Photo.id}", "variant_type": "optimized", "storage_path": "kitchen/3",
                      "processed_at": "2024-10-27T02:30:00.5+01:00"}}
        ]
        """
      Then the answer is 200 and says updated, 2 created
      And each value comes back as it was sent

    @S-fmbz
    Scenario: A condition is about what earlier operations wrote
      When the editor sends the transaction:
        """
        [
          {"op": "upsert", "table": "contacts", "matchFields": ["email"],
           "fields": {"email": "ada@example.com", "status": "inactive"}},
          {"op": "upsert", "table": "contacts", "matchFields": ["email"], "updateWhere": {"status": "pending"},
           "fields": {"email": "ada@example.com", "name": "Ada Byron"}}
        ]
        """
      Then the answer is 200 and says updated, ignored
      And Ada keeps id, name

    @S-wtdj @asserts-unmentioned
    Scenario: A key that an earlier operation changed matches under its new value only
      When the editor sends the transaction:
        """
        [
          {"op": "update", "table": "contacts", "id": "{Ada.id}", "fields": {"email": "byron@example.com"}},
          {"op": "upsert", "table": "contacts", "matchFields": ["email"],
           "fields": {"email": "ada@example.com", "name": "Eve"}},
          {"op": "upsert", "table": "contacts", "matchFields": ["email"],
           "fields": {"email": "byron@example.com", "name": "Countess"}}
        ]
        """
      Then the answer is 200 and says updated, created, updated
      And in result 2 id is the id of result 0

    @S-4k6c
    Scenario Outline: A match can't get a <field> of <value>
      When the editor upserts in a transaction into contacts by email:
        | email             | name    | <field> |
        | grace@example.com | Amazing |         |
        | ada@example.com   | Byron   | <value> |
      Then the request is refused
      And nothing has been written

      Examples: What no record may have
        | field    | value           |
        | age      | -1              |
        | status   | archived        |
        | vip      | `"true"`        |
        | birthday | 1906-02-29      |
        | phone    | +1 212 555 0100 |

    @S-5f44
    Scenario: Keys that nearly look the same are different in a transaction
      When the editor upserts in a transaction twice into contacts by email:
        | email               | name |
        | straße@example.com  | Anna |
        | strasse@example.com | Bea  |
        | 008@example.com     | Cleo |
        | 8@example.com       | Dora |
        | o'hara+b😀@example.com | Eve |
        | ohara+b😀@example.com | Ida |
        | o'hara+b😁@example.com | Jan |
        | é@example.com       | Flo  |
        | `"e\\u0301@example.com"` | Gus |
      Then the answer is 200 and says 9 created, 9 updated
      And each value comes back as it was sent

  @AC-505
  Rule: AC-505 Permissions are checked for every operation, and one refusal refuses all

    @S-6c86
    Scenario Outline: The <role> may not do every operation
      When the <role> sends the transaction:
        """
        [
          {"op": "create", "table": "users", "fields": {"email": "new@example.com"}},
          {"op": "update", "table": "users", "id": "{Mira.id}", "fields": {"name": "Changed"}}
        ]
        """
      Then the answer is 403
      And nothing has been written

      Examples: Each lacks at least one permission
        | role    |
        | creator |
        | updater |
        | viewer  |

    @S-92hz
    Scenario: The creator may not upsert a known record
      When the creator sends the transaction:
        """
        [
          {"op": "create", "table": "users", "fields": {"email": "new@example.com"}},
          {"op": "upsert", "table": "users", "matchFields": ["email"],
           "fields": {"email": "mira@example.com", "name": "Changed"}}
        ]
        """
      Then the answer is 403
      And nothing has been written

    @S-abbr
    Scenario Outline: The creator may not <op> what it has just created
      When the creator sends the transaction:
        """
        [
          {"op": "create", "table": "users", "as": "made", "fields": {"email": "new@example.com"}},
          {"op": "<op>", "table": "users", "id": {"$ref": "made.id"}<rest>}
        ]
        """
      Then the answer is 403
      And nothing has been written

      Examples: What the role lacks
        | op     | rest                           |
        | update | , "fields": {"name": "New"}    |
        | delete |                                |

    @S-8572
    Scenario: The updater may not delete a record
      When the updater sends the transaction:
        """
        [
          {"op": "update", "table": "users", "id": "{Mira.id}", "fields": {"name": "Changed"}},
          {"op": "delete", "table": "users", "id": "{Theo.id}"}
        ]
        """
      Then the answer is 403
      And nothing has been written

    @S-sjgj
    Scenario: A transaction without credentials is refused
      When somebody with no credentials sends the transaction:
        """
        [{"op": "create", "table": "users", "fields": {"email": "new@example.com"}}]
        """
      Then the answer is 401
      And nothing has been written

    @S-d9qu
    Scenario: The creator may create in a transaction
      When the creator sends the transaction:
        """
        [{"op": "create", "table": "users", "fields": {"email": "new@example.com"}}]
        """
      Then the answer is 200 and says created
      And the answer holds the stored records
