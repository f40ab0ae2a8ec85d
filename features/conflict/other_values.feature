@conflict
Feature: Other values on an update, and only what is newer
  A job inserts a record with all it knows, and on the next run resets a few fields instead. A sync writes only what is
  newer than what is stored. Both say so in the upsert.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status  | age | phone           | notes        |
      | Ada   | ada@example.com   | Ada Lovelace | pending | 36  | +44 20 7946 001 | Wrote Note G |
      | Grace | grace@example.com | Grace Hopper | active  | 85  | +1 212 555 0100 | Admiral      |

  @AC-209 @defines-update-values
  Rule: AC-209 With updateValues a match gets these values in place of the fields, null included; a new record gets the fields

    @S-wdb7
    Scenario: A match gets the other values
      When the editor upserts into contacts by email and on a match sets name to Countess, notes to null:
        | email           | name      | age | status   | notes   |
        | ada@example.com | Ada Byron | 37  | inactive | a draft |
      Then the answer is 200 and says updated
      And Ada keeps id, age, status, phone, created_at
      And these contacts are now stored:
        | as  | email           | name     | notes |
        | Ada | ada@example.com | Countess | null  |
      And Ada's updated_at is later than before
      And Grace is as before

    @S-yx5m
    Scenario: Other amounts come back as they were sent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount | notes |
        | Sale | tx-1      | {Main.id}  | 2024-01-15 | 1.00   | first |
      When the editor upserts into transactions by reference and on a match sets amount to 1234567890123456.78, balance to -0.105:
        | reference | account_id | date       | amount |
        | tx-1      | {Main.id}  | 2024-01-16 | 2.00   |
      Then the answer is 200 and says updated
      And these transactions are now stored:
        | as   | reference | date       | amount              | balance | notes |
        | Sale | tx-1      | 2024-01-15 | 1234567890123456.78 | -0.105  | first |

    @S-w568
    Scenario: A new record gets the fields
      When the editor upserts into contacts by email and on a match sets name to Countess, notes to null:
        | email            | name        | age | notes  |
        | alan@example.com | Alan Turing | 41  | Enigma |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email            | name        | age | notes  | status |
        | alan@example.com | Alan Turing | 41  | Enigma | active |

    @S-55v6
    Scenario: The first upsert writes the fields, the second the other values
      When the editor upserts into contacts by email and on a match sets status to inactive, age to 0:
        | email            | name         | status  | age |
        | alan@example.com | Alan Turing  | pending | 41  |
        | alan@example.com | A. M. Turing | pending | 42  |
      Then the answer is 200 and says created, updated
      And these contacts are now stored:
        | email            | name        | status   | age |
        | alan@example.com | Alan Turing | inactive | 0   |

    @S-5eew
    Scenario: The record with its other values is returned whole
      When the editor upserts into contacts by email and on a match sets age to 37:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And the answer holds the whole stored record

    @S-qkzy
    Scenario: A condition that does not hold keeps the other values out
      When the editor upserts into contacts by email and on a match sets name to Countess and updates only where status is active:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before

    @S-kwru
    Scenario: Another value can be the key
      When the editor upserts into contacts by email and on a match sets email to byron@example.com:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And no record in contacts has email ada@example.com
      And one record in contacts has email byron@example.com

    @S-c9ju
    Scenario: The other values are stored as they were sent
      When the editor upserts into contacts by email and on a match sets name to 0, notes to `""`, vip to false, birthday to 1500-02-28, age to 0:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name | notes | vip   | birthday   | age |
        | Ada | ada@example.com | 0    | `""`  | false | 1500-02-28 | 0   |

    @S-j64r
    Scenario: Protected fields among the other values are dropped
      When the editor upserts into contacts by email with updateValues {"name": "Countess", "id": 0, "created_at": "2001-02-03T04:05:06.789Z"}:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And Ada keeps id, created_at
      And these contacts are now stored:
        | as  | email           | name     |
        | Ada | ada@example.com | Countess |

    @S-hv3h
    Scenario Outline: A match is not written if the other values are <values>
      When the editor upserts into contacts by email with updateValues <values>:
        | email           | name      | age |
        | ada@example.com | Ada Byron | 37  |
      Then the answer is 200
      And Ada keeps id, name, age, status, phone, notes, created_at
      And nothing else has changed

      Examples: None, and one that is dropped
        | values    |
        | {}        |
        | {"id": 0} |

    @S-zbyy
    Scenario Outline: On a match <field> can't be set to <value>
      When the editor upserts into contacts by email and on a match sets <field> to <value>:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the request is refused
      And nothing has been written

      Examples: Another's phone number, below the minimum, no option, no null, no integer
        | field  | value           |
        | phone  | +1 212 555 0100 |
        | age    | -1              |
        | status | archived        |
        | name   | null            |
        | age    | `"thirty"`      |

    @S-ngvt
    Scenario Outline: Both the fields and the other values have the right types: <values>
      When the editor upserts into contacts by email with updateValues <values>:
        | email   | name | age   |
        | <email> | Ada  | <age> |
      Then the answer is 400
      And nothing has been written

      Examples: Fields that are not written to a match, other values that are not written on a create
        | email            | age          | values                            |
        | ada@example.com  | `"thirty"`   | {"name": "Countess"}              |
        | alan@example.com | 41           | {"age": "forty"}                  |
        | alan@example.com | 41           | {"nowhere": 1}                    |

    @S-9jep @needs-batch
    Scenario: In a batch each match gets the other values
      When the editor upserts a batch into contacts by email and on a match sets status to inactive:
        | email             | name        | status  |
        | ada@example.com   | Ada Byron   | active  |
        | alan@example.com  | Alan Turing | pending |
        | grace@example.com | Amazing     | active  |
      Then the answer is 200 and says updated, created, updated
      And these contacts are now stored:
        | as    | email             | name         | status   |
        | Ada   | ada@example.com   | Ada Lovelace | inactive |
        |       | alan@example.com  | Alan Turing  | pending  |
        | Grace | grace@example.com | Grace Hopper | inactive |

    @S-kyxp @needs-transactions
    Scenario: In a transaction a match gets the other values
      When the editor upserts in a transaction into contacts by email and on a match sets notes to null:
        | email           | name      | notes |
        | ada@example.com | Ada Byron | draft |
      Then the answer is 200 and says updated
      And Ada keeps id, name, age
      And these contacts are now stored:
        | as  | email           | notes |
        | Ada | ada@example.com | null  |

  @AC-210
  Rule: AC-210 With an operator in updateWhere a match is written only if its stored value passes; otherwise it is ignored and unchanged

    @S-dtac
    Scenario Outline: Days and numbers of 64 bits are compared whole: <condition>
      Given these contacts are stored:
        | as  | email           | name | age              | birthday   |
        | Eve | eve@example.com | Eve  | 9007199254740993 | 1815-12-10 |
      When the editor upserts into contacts by email and updates only where <condition>:
        | email           | name |
        | eve@example.com | Eva  |
      Then the answer is 200 and says <operation>
      And these contacts are now stored:
        | as  | email           | name   |
        | Eve | eve@example.com | <name> |

      Examples: A list of days, and two numbers that are one as a double
        | condition                                   | operation | name |
        | birthday is one of 1906-12-09 or 1815-12-10 | updated   | Eva  |
        | birthday is one of 1906-12-09 or 1815-12-09 | ignored   | Eve  |
        | birthday is after 1815-12-09                | updated   | Eva  |
        | age is not 9007199254740992                 | updated   | Eva  |
        | age is below 9007199254740993               | ignored   | Eve  |
        | age is one of 1 or 9007199254740992         | ignored   | Eve  |

    @S-uass
    Scenario Outline: A condition with an operator: <condition>
      When the editor upserts into contacts by email and updates only where <condition>:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says <operation>
      And these contacts are now stored:
        | as  | email           | name   |
        | Ada | ada@example.com | <name> |
      And Grace is as before

      Examples: Each operator on both sides of its boundary
        | condition                       | operation | name         |
        | age is below 37                 | updated   | Ada Byron    |
        | age is below 36                 | ignored   | Ada Lovelace |
        | age is at most 36               | updated   | Ada Byron    |
        | age is at most 35               | ignored   | Ada Lovelace |
        | age is above 35                 | updated   | Ada Byron    |
        | age is above 36                 | ignored   | Ada Lovelace |
        | age is at least 36              | updated   | Ada Byron    |
        | age is at least 37              | ignored   | Ada Lovelace |
        | age is not 37                   | updated   | Ada Byron    |
        | age is not 36                   | ignored   | Ada Lovelace |
        | age is one of 35 or 36          | updated   | Ada Byron    |
        | age is one of 35 or 37          | ignored   | Ada Lovelace |
        | status is one of active or pending   | updated | Ada Byron    |
        | status is one of active or inactive  | ignored | Ada Lovelace |
        | status is not active            | updated   | Ada Byron    |

      Examples: Numbers as numbers, a stored null, protected fields, several at once
        | condition                                  | operation | name         |
        | age is below 100                           | updated   | Ada Byron    |
        | age is above 4                             | updated   | Ada Byron    |
        | birthday is before 2000-01-01              | ignored   | Ada Lovelace |
        | birthday is at least 1800-01-01            | ignored   | Ada Lovelace |
        | birthday is one of 1815-12-10 or 1815-12-11 | ignored  | Ada Lovelace |
        | birthday is not 1815-12-10                 | updated   | Ada Byron    |
        | updated_at is at most {Ada.updated_at}     | updated   | Ada Byron    |
        | updated_at is before {Ada.updated_at}      | ignored   | Ada Lovelace |
        | updated_at is after 2001-02-03T04:05:06Z   | updated   | Ada Byron    |
        | id is not {Ada.id}                         | ignored   | Ada Lovelace |
        | age is above 30, age is not 36, status is pending | ignored | Ada Lovelace |
        | age is above 30, status is pending         | updated   | Ada Byron    |
        | age is above 40, status is pending         | ignored   | Ada Lovelace |

    @S-m2hs
    Scenario: A match that does not pass is unchanged
      When the editor upserts into contacts by email and updates only where age is below 30:
        | email           | name      | age |
        | ada@example.com | Ada Byron | 20  |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before

    @S-gzyf
    Scenario: No stored value is one of an empty list
      When the editor upserts into contacts by email with updateWhere {"age": {"in": []}}:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says ignored, or 400
      And Ada, Grace are as before
      And nothing has been written

    @S-k7bh
    Scenario: A match that passes is written
      When the editor upserts into contacts by email and updates only where age is below 40:
        | email           | name      | age |
        | ada@example.com | Ada Byron | 50  |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name      | age |
        | Ada | ada@example.com | Ada Byron | 50  |
      And Grace is as before

    @S-2fu6
    Scenario: An operator does not prevent a create
      When the editor upserts into contacts by email and updates only where age is above 40:
        | email            | name        | age |
        | alan@example.com | Alan Turing | 30  |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email            | name        | age |
        | alan@example.com | Alan Turing | 30  |

    @S-st34
    Scenario Outline: A decimal in text is compared as a number: <condition>
      Given these product_recommendations are stored:
        | as   | room_id | session_id | product_name | estimated_price |
        | Tile | bath    | session-1  | Carrara Tile | 450.00          |
      When the editor upserts into product_recommendations by room_id, product_name and updates only where <condition>:
        | room_id | session_id | product_name | currency |
        | bath    | session-1  | Carrara Tile | USD      |
      Then the answer is 200 and says <operation>
      And these product_recommendations are now stored:
        | as   | room_id | product_name | currency   |
        | Tile | bath    | Carrara Tile | <currency> |

      Examples: Not by its letters
        | condition                          | operation | currency |
        | estimated_price is below 1000.00   | updated   | USD      |
        | estimated_price is above 99.5      | updated   | USD      |
        | estimated_price is above 450.0     | ignored   | null     |
        | estimated_price is not 450         | ignored   | null     |

    @S-uq8a @needs-batch
    Scenario: In a batch each match is compared by itself
      When the editor upserts a batch into contacts by email and updates only where age is above 40:
        | email             | name        |
        | ada@example.com   | Ada Byron   |
        | grace@example.com | Amazing     |
        | alan@example.com  | Alan Turing |
      Then the answer is 200 and says ignored, updated, created
      And Ada is as before
      And these contacts are now stored:
        | as    | email             | name    | age |
        | Grace | grace@example.com | Amazing | 85  |
