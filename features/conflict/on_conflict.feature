@conflict
Feature: What happens on a match
  A job that runs again always writes. Seed data is written once and never overwritten. A queue writes only while the
  state allows it. All of these are upserts that treat a match differently.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status  | age | phone           | vip  | notes        |
      | Ada   | ada@example.com   | Ada Lovelace | pending | 36  | +44 20 7946 001 | true | Wrote Note G |
      | Grace | grace@example.com | Grace Hopper | active  | 85  | +1 212 555 0100 | true | Admiral      |

  @AC-201 @defines-ignore @asserts-answer @asserts-operation
  Rule: AC-201 An upsert that ignores matches leaves a match unchanged and says ignored

    @S-caqz
    Scenario: An ignored match is unchanged
      When the editor upserts into contacts by email and ignores a match:
        | email           | name      | status   |
        | ada@example.com | Ada Byron | inactive |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before

    @S-cn7j
    Scenario: An ignored match is unchanged after several upserts
      When the editor upserts into contacts by email and ignores a match:
        | email           | name      |
        | ada@example.com | Ada Byron |
        | ada@example.com | A. Byron  |
        | ada@example.com | Countess  |
      Then the answer is 200 and says ignored, ignored, ignored
      And every answer has the same id
      And Ada, Grace are as before

    @S-6yyr
    Scenario: An ignored match does not get values for its empty fields
      When the editor upserts into contacts by email and ignores a match:
        | email           | name         | vip  | birthday   |
        | ada@example.com | Ada Lovelace | true | 1815-12-10 |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before

    @S-fjw7
    Scenario: A match by phone is ignored too
      When the editor upserts into contacts by phone and ignores a match:
        | email             | name      | phone           |
        | byron@example.com | Ada Byron | +44 20 7946 001 |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before
      And no record in contacts has email byron@example.com

    @S-rcvc
    Scenario: An ignored match still needs values of the right type
      When the editor upserts into contacts by email and ignores a match:
        | email           | name      | age          |
        | ada@example.com | Ada Byron | `"thirty-six"` |
      Then the answer is 400
      And Ada, Grace are as before

    @S-qwc9
    Scenario: An ignored match can't break a constraint
      When the editor upserts into contacts by email and ignores a match:
        | email           | name      | phone           |
        | ada@example.com | Ada Byron | +1 212 555 0100 |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before

    @S-mf8x
    Scenario: A match is ignored even if an update condition holds
      When the editor upserts into contacts by email and ignores a match and updates only where status is pending:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before

    @S-p9mn
    Scenario: onConflict "update" is the default
      When the editor upserts into contacts by email with onConflict "update":
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name      |
        | Ada | ada@example.com | Ada Byron |
      And Grace is as before

  @AC-202 @defines-ignore-create
  Rule: AC-202 Where nothing matches, an upsert that ignores matches creates the record

    @S-mbau
    Scenario: A recommendation is inserted once
      When the editor upserts into product_recommendations by room_id, product_name and ignores a match:
        | room_id | session_id | product_name        | category | estimated_price | currency |
        | bath    | session-1  | Carrara Marble Tile | flooring | 4500.00         | USD      |
        | bath    | session-2  | Carrara Marble Tile | walls    | 9900.00         | EUR      |
      Then the answer is 200 and says created, ignored
      And every answer has the same id
      And these product_recommendations are now stored:
        | room_id | session_id | product_name        | category | estimated_price | currency |
        | bath    | session-1  | Carrara Marble Tile | flooring | 4500.00         | USD      |

    @S-m3q9
    Scenario: A new contact is created although matches are ignored
      When the editor upserts into contacts by email and ignores a match:
        | email            | name        | age |
        | alan@example.com | Alan Turing | 41  |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email            | name        | age | status |
        | alan@example.com | Alan Turing | 41  | active |
      And nothing else has changed

    @S-razk
    Scenario: Creating with matches ignored keeps the constraints
      When the editor upserts into contacts by email and ignores a match:
        | email            | name        | phone           |
        | alan@example.com | Alan Turing | +1 212 555 0100 |
      Then the request is refused
      And nothing has been written

    @S-3s5f
    Scenario: Creating with matches ignored needs every required field
      When the editor upserts into contacts by email and ignores a match:
        | email            | phone           |
        | alan@example.com | +44 20 7946 009 |
      Then the answer is 400
      And nothing has been written

    @S-yje5
    Scenario Outline: Creating with matches ignored refuses the <field> <value>
      When the editor upserts into contacts by email and ignores a match:
        | email            | name        | <field> |
        | alan@example.com | Alan Turing | <value> |
      Then the request is refused
      And nothing has been written

      Examples: Below the minimum, not an option, of another contact
        | field  | value           |
        | age    | -1              |
        | status | archived        |
        | phone  | +1 212 555 0100 |

    @S-qhzd
    Scenario: Values written where matches are ignored come back as they were sent
      When the editor upserts into contacts by email and ignores a match:
        | email              | name | notes | vip   | birthday   | age |
        | oona@example.com   | 0    | `""`  | false | 1500-02-28 | 0   |
        | eve@example.com    | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | `"x" 300 times` | true | 9999-12-31 | 2147483648 |
      Then the answer is 200 and says created, created
      And each value comes back as it was sent

  @AC-203 @defines-update-fields
  Rule: AC-203 With updateFields a match gets these fields only, and a new record gets all

    @S-9gpt
    Scenario: Only the named fields are written
      When the editor upserts into contacts by email and updates only name, age:
        | email           | name      | age | status   | notes    |
        | ada@example.com | Ada Byron | 37  | inactive | Countess |
      Then the answer is 200 and says updated
      And Ada keeps id, status, notes, phone, created_at
      And these contacts are now stored:
        | as  | email           | name      | age |
        | Ada | ada@example.com | Ada Byron | 37  |
      And Grace is as before

    @S-4682
    Scenario: The match field may be one of the named fields
      When the editor upserts into contacts by email and updates only email, name:
        | email           | name      | age |
        | ada@example.com | Ada Byron | 37  |
      Then the answer is 200 and says updated
      And Ada keeps id, status, notes, phone, age, created_at
      And these contacts are now stored:
        | as  | email           | name      |
        | Ada | ada@example.com | Ada Byron |

    @S-bycz
    Scenario: A new record gets every field
      When the editor upserts into contacts by email and updates only name:
        | email            | name        | age | status   | notes  |
        | alan@example.com | Alan Turing | 41  | inactive | Enigma |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email            | name        | age | status   | notes  |
        | alan@example.com | Alan Turing | 41  | inactive | Enigma |

    @S-33bb
    Scenario: The first upsert writes every field, the second only the named ones
      When the editor upserts into contacts by email and updates only status:
        | email            | name         | status   |
        | alan@example.com | Alan Turing  | pending  |
        | alan@example.com | A. M. Turing | inactive |
      Then the answer is 200 and says created, updated
      And these contacts are now stored:
        | email            | name        | status   |
        | alan@example.com | Alan Turing | inactive |

    @S-xt6g
    Scenario: A named field that is not sent keeps its value
      When the editor upserts into contacts by email and updates only name, notes:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then Ada keeps id, notes, status
      And these contacts are now stored:
        | as  | email           | name      |
        | Ada | ada@example.com | Ada Byron |

    @S-4wt3
    Scenario: A null for a named field is written
      When the editor upserts into contacts by email and updates only notes:
        | email           | name      | notes |
        | ada@example.com | Ada Byron | null  |
      Then Ada keeps name, status, age
      And these contacts are now stored:
        | as  | email           | notes |
        | Ada | ada@example.com | null  |

    @S-afy8
    Scenario: A value of a field that is not named can't break a constraint
      When the editor upserts into contacts by email and updates only name:
        | email           | name      | phone           |
        | ada@example.com | Ada Byron | +1 212 555 0100 |
      Then the answer is 200 and says updated
      And Ada keeps phone
      And Grace is as before

    @S-t4my
    Scenario Outline: A named field can't become <value>
      When the editor upserts into contacts by email and updates only name, <field>:
        | email           | name      | <field> |
        | ada@example.com | Ada Byron | <value> |
      Then the request is refused
      And nothing has been written

      Examples: Below the minimum, not an option
        | field  | value    |
        | age    | -1       |
        | status | archived |

    @S-n3ye
    Scenario: Named fields come back as they were sent
      When the editor upserts into contacts by email and updates only name, notes, vip, birthday, age:
        | email             | name | notes | vip   | birthday   | age        |
        | ada@example.com   | 0    | `""`  | false | 1500-02-28 | 0          |
        | grace@example.com | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | `"x" 300 times` | true  | 9999-12-31 | 2147483648 |
      Then the answer is 200 and says updated, updated
      And each value comes back as it was sent

    @S-s7au
    Scenario: Moments named in updateFields come back as the same instants
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      When the editor upserts twice into asset_variants by storage_path and updates only processed_at:
        | parent_asset_id | variant_type | storage_path | format | processed_at                        |
        | {Photo.id}      | optimized    | kitchen/3    | webp   | 1500-02-28T12:00:00.123456-05:30    |
        | {Photo.id}      | webp         | kitchen/4    | webp   | 9999-12-31T23:59:59.987Z            |
      Then the answer is 200 and says 2 created, 2 updated
      And each value comes back as it was sent

    @S-gqp9
    Scenario: Amounts and dates named in updateFields come back as they were sent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts twice into transactions by reference and updates only date, amount, balance, sequence_number, notes:
        | reference | account_id | date       | amount              | balance | sequence_number | notes |
        | tx-1      | {Main.id}  | 1500-02-28 | 10.50               | 100     | -3              | `""`  |
        | tx-2      | {Main.id}  | 9999-12-31 | 1234567890123456.78 | -0.105  | 2147483648      | 0     |
        | tx-3      | {Main.id}  | 2024-02-29 | 0.00                | null    | 0               | 010   |
      Then the answer is 200 and says 3 created, 3 updated
      And each value comes back as it was sent

    @S-vure
    Scenario: Typed JSON named in updateFields comes back as it was sent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts twice into raw_transactions by reference and updates only payload:
        | reference | account_id | payload                                          |
        | raw-1     | {Main.id}  | {"0": "2024-01-15T10:00:00Z", "1": {"0": null}, "2": null, "é 😀": [[], {}, ""]} |
        | raw-2     | {Main.id}  | [1.5, null, [3]]                                 |
        | raw-3     | {Main.id}  | 0                                                |
      Then the answer is 200 and says 3 created, 3 updated
      And each value comes back as it was sent

  @AC-204 @defines-update-where
  Rule: AC-204 With updateWhere a match is written only if the stored record has these values; otherwise it is ignored and unchanged

    @S-hf22
    Scenario: The condition holds for the stored record
      When the editor upserts into contacts by email and updates only where status is pending:
        | email           | name      | status |
        | ada@example.com | Ada Byron | active |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name      | status |
        | Ada | ada@example.com | Ada Byron | active |
      And Grace is as before

    @S-a8tg
    Scenario: The condition does not hold for the stored record
      When the editor upserts into contacts by email and updates only where status is active:
        | email           | name      | status   |
        | ada@example.com | Ada Byron | inactive |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before

    @S-z8qz
    Scenario: The condition is about the stored values, not the sent ones
      When the editor upserts into contacts by email and updates only where status is inactive:
        | email           | name      | status   |
        | ada@example.com | Ada Byron | inactive |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before

    @S-r5ka
    Scenario Outline: All conditions have to hold: <conditions>
      When the editor upserts into contacts by email and updates only where <conditions>:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says <operation>
      And these contacts are now stored:
        | as  | email           | name   |
        | Ada | ada@example.com | <name> |
      And Grace is as before

      Examples: Both, one of two, null, protected fields, false and zero, another case
        | conditions                       | operation | name         |
        | status is pending, age is 36     | updated   | Ada Byron    |
        | status is pending, age is 37     | ignored   | Ada Lovelace |
        | status is active, age is 36      | ignored   | Ada Lovelace |
        | birthday is null                 | updated   | Ada Byron    |
        | notes is null                    | ignored   | Ada Lovelace |
        | id is {Ada.id}                   | updated   | Ada Byron    |
        | id is {Grace.id}                 | ignored   | Ada Lovelace |
        | updated_at is {Ada.updated_at}   | updated   | Ada Byron    |
        | updated_at is 2001-02-03T04:05:06.789Z | ignored | Ada Lovelace |
        | vip is false                     | ignored   | Ada Lovelace |
        | vip is true                      | updated   | Ada Byron    |
        | age is 0                         | ignored   | Ada Lovelace |
        | name is ada lovelace             | ignored   | Ada Lovelace |

    @S-ea3u @should
    Scenario: No condition always holds
      When the editor upserts into contacts by email with updateWhere {}:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name      |
        | Ada | ada@example.com | Ada Byron |

    @S-b9yv
    Scenario Outline: A condition about a day or an amount: <condition>
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount | sequence_number |
        | Sale | tx-1      | {Main.id}  | 1969-02-28 | 12.50  | 0               |
      When the editor upserts into transactions by reference and updates only where <condition>:
        | reference | merchant |
        | tx-1      | Bakery   |
      Then the answer is 200 and says <operation>

      Examples: What is stored, and what is not
        | condition                            | operation |
        | date is 1969-02-28                   | updated   |
        | date is 1969-03-01                   | ignored   |
        | amount is 12.50, sequence_number is 0 | updated  |
        | amount is 12.51                      | ignored   |

    @S-6x8e
    Scenario: A condition does not prevent a create
      When the editor upserts into contacts by email and updates only where status is pending:
        | email            | name        | status |
        | alan@example.com | Alan Turing | active |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email            | name        | status |
        | alan@example.com | Alan Turing | active |

    @S-8v36
    Scenario: A condition and named fields together
      When the editor upserts into contacts by email and updates only status and updates only where status is pending:
        | email           | name      | status |
        | ada@example.com | Ada Byron | active |
        | ada@example.com | Countess  | inactive |
      Then the answer is 200 and says updated, ignored
      And Ada keeps id, name, notes
      And these contacts are now stored:
        | as  | email           | status |
        | Ada | ada@example.com | active |

    @S-f8sa
    Scenario Outline: Under a condition that holds, <field> can't become <value>
      When the editor upserts into contacts by email and updates only where name is Ada Lovelace:
        | email           | <field> |
        | ada@example.com | <value> |
      Then the request is refused
      And nothing has been written

      Examples: Below the minimum, not an option
        | field  | value    |
        | age    | -1       |
        | status | archived |

    @S-hcrd
    Scenario Outline: A condition about typed JSON: <value>
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these raw_transactions are stored:
        | as  | reference | account_id | payload   |
        | Raw | raw-1     | {Main.id}  | <stored>  |
      When the editor upserts into raw_transactions by reference with updateWhere {"payload": <value>}:
        | reference | account_id | payload |
        | raw-1     | {Main.id}  | [2]     |
      Then the answer is 200 and says <operation>

      Examples: What is stored, and what is not
        | stored             | value              | operation |
        | [1, null]          | [1, null]          | updated   |
        | [1, null]          | [1]                | ignored   |
        | [1, null]          | [true, null]       | ignored   |
        | [{"a": 1, "b": 2}] | [{"b": 2, "a": 1}] | updated   |

    @S-2c8k
    Scenario Outline: Where the number has to be <number>, a match is <operation>
      Given these contacts are stored:
        | as  | email           | name | age              |
        | Eve | eve@example.com | Eve  | 9007199254740993 |
      When the editor upserts into contacts by email and updates only where age is <number>:
        | email           | name |
        | eve@example.com | Eva  |
      Then the answer is 200 and says <operation>
      And these contacts are now stored:
        | as  | email           | name   |
        | Eve | eve@example.com | <name> |

      Examples: Two numbers that are one as a double
        | number           | operation | name |
        | 9007199254740993 | updated   | Eva  |
        | 9007199254740992 | ignored   | Eve  |

    @S-b2zk
    Scenario: Values written with a condition come back as they were sent
      When the editor upserts twice into contacts by email and updates only where status is pending:
        | email            | name                | notes | status  | vip   | birthday   | age        |
        | oona@example.com | 0                   | `""`  | pending | false | 1500-02-28 | 0          |
        | eve@example.com  | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | 010   | pending | true  | 9999-12-31 | 2147483648 |
        | ada@example.com  | Ada Byron           | null  | pending |       | null       | null       |
      Then the answer is 200 and says created, created, 4 updated
      And each value comes back as it was sent

    @S-4zbw
    Scenario: Moments written with a condition come back as the same instants
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      When the editor upserts twice into asset_variants by storage_path and updates only where format is webp:
        | parent_asset_id | variant_type | storage_path | format | processed_at                        |
        | {Photo.id}      | optimized    | kitchen/3    | webp   | 1500-02-28T12:00:00.123456-05:30    |
        | {Photo.id}      | webp         | kitchen/4    | webp   | 9999-12-31T23:59:59.987Z            |
      Then the answer is 200 and says 2 created, 2 updated
      And each value comes back as it was sent

    @S-ezcf
    Scenario: Amounts and dates written with a condition come back as they were sent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts twice into transactions by reference and updates only where account_id is {Main.id}:
        | reference | account_id | date       | amount              | balance | sequence_number | notes |
        | tx-1      | {Main.id}  | 1500-02-28 | 10.50               | 100     | -3              | `""`  |
        | tx-2      | {Main.id}  | 9999-12-31 | 1234567890123456.78 | -0.105  | 2147483648      | 0     |
        | tx-3      | {Main.id}  | 2024-02-29 | 0.00                | null    | 0               | 010   |
      Then the answer is 200 and says 3 created, 3 updated
      And each value comes back as it was sent

    @S-jwed
    Scenario: Typed JSON written with a condition comes back as it was sent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts twice into raw_transactions by reference and updates only where account_id is {Main.id}:
        | reference | account_id | payload                                          |
        | raw-1     | {Main.id}  | {"0": "2024-01-15T10:00:00Z", "1": {"0": null}, "2": null, "é 😀": [[], {}, ""]} |
        | raw-2     | {Main.id}  | [1.5, null, [3]]                                 |
        | raw-3     | {Main.id}  | 0                                                |
      Then the answer is 200 and says 3 created, 3 updated
      And each value comes back as it was sent

    @S-syx9
    Scenario: Of two writers that have read the same record, the second one is ignored
      When the editor upserts into contacts by email and updates only where updated_at is {Ada.updated_at}:
        | email           | name      |
        | ada@example.com | Ada Byron |
        | ada@example.com | Countess  |
      Then the answer is 200 and says updated, ignored
      And these contacts are now stored:
        | as  | email           | name      |
        | Ada | ada@example.com | Ada Byron |

  @AC-205 @defines-record
  Rule: AC-205 The answer holds the whole stored record, whether it was created, updated or ignored

    @S-39vk
    Scenario: A created record is returned whole
      When the editor upserts into contacts by email:
        | email            | name        |
        | alan@example.com | Alan Turing |
      Then the answer is 200 and says created
      And the answer holds the whole stored record

    @S-wtyj
    Scenario: A record updated in one field is returned whole
      When the editor upserts into contacts by email:
        | email           | age |
        | ada@example.com | 37  |
      Then the answer is 200 and says updated
      And the answer holds the whole stored record

    @S-9er6
    Scenario: An ignored record is returned whole
      When the editor upserts into contacts by email and ignores a match:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says ignored
      And the answer holds the whole stored record

    @S-78bz
    Scenario: A record left unchanged by a condition is returned whole
      When the editor upserts into contacts by email and updates only where status is active:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says ignored
      And the answer holds the whole stored record

    @S-fjn7
    Scenario: A record updated with updateFields is returned whole
      When the editor upserts into contacts by email and updates only age:
        | email           | name      | age |
        | ada@example.com | Ada Byron | 37  |
      Then the answer is 200 and says updated
      And the answer holds the whole stored record

  @AC-206
  Rule: AC-206 Unknown fields or values in the conflict members are refused with 400, and nothing is written

    @S-3u6s
    Scenario Outline: <member> can't be <value> when a record matches
      When the editor upserts into contacts by email with <member> <value>:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 400
      And nothing has been written

      Examples: Unknown values
        | member       | value                 |
        | onConflict   | "upsert"              |
        | onConflict   | "IGNORE"              |
        | onConflict   | ""                    |
        | onConflict   | true                  |
        | onConflict   | null                  |
        | updateFields | "name"                |
        | updateFields | ["nowhere"]           |
        | updateFields | ["name", "nowhere"]   |
        | updateFields | [1]                   |
        | updateFields | {"name": true}        |
        | updateFields | null                  |
        | updateWhere  | "status = 'pending'"  |
        | updateWhere  | ["status"]            |
        | updateWhere  | null                  |
        | updateWhere  | {"nowhere": 1}        |
        | updateWhere  | {"status": "pending", "nowhere": null} |

      Examples: Unknown values of the members that say more
        | member       | value                           |
        | onMissing    | "ignore"                        |
        | onMissing    | true                            |
        | onMissing    | null                            |
        | updateValues | "name"                          |
        | updateValues | ["name"]                        |
        | updateValues | null                            |
        | updateValues | {"name": "Ada", "nowhere": 1}   |
        | updateWhere  | {"age": {"like": 36}}           |
        | updateWhere  | {"age": {"<": 40}}              |
        | updateWhere  | {"age": {"lt": 40, "gt": 30}}   |
        | updateWhere  | {"age": {}}                     |
        | updateWhere  | {"age": {"lt": "forty"}}        |
        | updateWhere  | {"age": {"lt": null}}           |
        | updateWhere  | {"age": {"in": 36}}             |
        | updateWhere  | {"age": {"lt": "37"}}           |
        | updateWhere  | {"age": "36"}                   |
        | updateWhere  | {"vip": "true"}                 |
        | updateWhere  | {"age": {"in": ["forty"]}}      |
        | updateWhere  | {"nowhere": {"ne": 1}}          |

      Examples: Unknown members
        | member        | value    |
        | onconflict    | "ignore" |
        | update_fields | ["name"] |

    @S-fhjx
    Scenario: An operator on typed JSON is refused
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these raw_transactions are stored:
        | as  | reference | account_id | payload   |
        | Raw | raw-1     | {Main.id}  | [1, null] |
      When the editor upserts into raw_transactions by reference with updateWhere {"payload": {"ne": [2]}}:
        | reference | account_id | payload |
        | raw-1     | {Main.id}  | [2]     |
      Then the answer is 400
      And nothing has been written

    @S-4amy
    Scenario: Other values and named fields do not go together
      When the editor upserts into contacts by email and updates only name and on a match sets name to Countess:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 400
      And nothing has been written

    @S-4wkb
    Scenario Outline: <member> can't be <value> when nothing matches
      When the editor upserts into contacts by email with <member> <value>:
        | email            | name        |
        | alan@example.com | Alan Turing |
      Then the answer is 400
      And nothing has been written

      Examples: Unknown values
        | member       | value          |
        | onConflict   | "upsert"       |
        | onMissing    | "ignore"       |
        | updateValues | {"nowhere": 1} |
        | updateWhere  | {"age": {"like": 36}} |
        | updateFields | ["nowhere"]    |
        | updateWhere  | {"nowhere": 1} |
