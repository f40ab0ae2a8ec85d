@batch
Feature: Several records in one request
  A batch upserts all of its records or none of them.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status   | age | phone           | vip  | notes   |
      | Ada   | ada@example.com   | Ada Lovelace | active   | 36  | +44 20 7946 001 | true | Note G  |
      | Grace | grace@example.com | Grace Hopper | inactive | 85  | +1 212 555 0100 | true | Admiral |

  @AC-301 @defines-batch @asserts-answer @asserts-operation @asserts-counts
  Rule: AC-301 A batch creates and updates, and answers in order with each operation and the counts

    @S-qpnx
    Scenario: A batch with new and known records
      When the editor upserts a batch into contacts by email:
        | email             | name        | age |
        | alan@example.com  | Alan Turing | 41  |
        | ada@example.com   | Ada Byron   | 37  |
        | edsger@example.com | E. Dijkstra | 72  |
      Then the answer is 200 and says created, updated, created
      And the answer holds the stored records
      And nothing else has changed

    @S-fdy9
    Scenario: A longer batch whose known records are in the middle
      When the editor upserts a batch into contacts by email:
        | email               | name          |
        | alan@example.com    | Alan Turing   |
        | barbara@example.com | B. Liskov     |
        | claude@example.com  | C. Shannon    |
        | donald@example.com  | Donald Knuth  |
        | grace@example.com   | Amazing       |
        | ada@example.com     | Ada Byron     |
        | edsger@example.com  | E. Dijkstra   |
        | frances@example.com | Frances Allen |
        | john@example.com    | J. Backus     |
        | ken@example.com     | Ken Thompson  |
        | niklaus@example.com | N. Wirth      |
        | tony@example.com    | Tony Hoare    |
      Then the answer is 200 and says 4 created, 2 updated, 6 created
      And the answer holds the stored records
      And nothing else has changed

    @S-b62d
    Scenario: A batch of one record
      When the editor upserts a batch into contacts by email:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | email           | name      |
        | ada@example.com | Ada Byron |
      And Grace is as before

    @S-p82k @asserts-unmentioned
    Scenario: Each record of a batch keeps the fields that it does not mention
      When the editor upserts a batch into contacts by email:
        | email             | age | status   |
        | grace@example.com | 86  |          |
        | ada@example.com   |     | inactive |
      Then the answer is 200 and says updated, updated
      And these contacts are now stored:
        | email             | name         | age | status   | phone           |
        | grace@example.com | Grace Hopper | 86  | inactive | +1 212 555 0100 |
        | ada@example.com   | Ada Lovelace | 36  | inactive | +44 20 7946 001 |

    @S-x6st
    Scenario: A batch matched by another key
      When the editor upserts a batch into contacts by phone:
        | email             | name        | phone           |
        | byron@example.com | Ada Byron   | +44 20 7946 001 |
        | alan@example.com  | Alan Turing | +44 20 7946 002 |
      Then the answer is 200 and says updated, created
      And the answer holds the stored records

    @S-a7zy
    Scenario: A batch that ignores matches
      When the editor upserts a batch into contacts by email and ignores a match:
        | email            | name        |
        | ada@example.com  | Ada Byron   |
        | alan@example.com | Alan Turing |
      Then the answer is 200 and says ignored, created
      And Ada, Grace are as before
      And these contacts are now stored:
        | email            | name        |
        | alan@example.com | Alan Turing |

    @S-am5y
    Scenario: A batch that updates only some fields, each record others
      When the editor upserts a batch into contacts by email and updates only age, notes:
        | email             | name      | age | notes  |
        | grace@example.com | Amazing   | 86  |        |
        | ada@example.com   | Ada Byron |     | Note A |
        | alan@example.com  | Alan      | 41  |        |
      Then the answer is 200 and says updated, updated, created
      And these contacts are now stored:
        | email             | name         | age | notes   |
        | grace@example.com | Grace Hopper | 86  | Admiral |
        | ada@example.com   | Ada Lovelace | 36  | Note A  |
        | alan@example.com  | Alan         | 41  |         |

    @S-4gc5
    Scenario: A batch that updates under a condition
      When the editor upserts a batch into contacts by email and updates only where age is 36:
        | email             | name      |
        | ada@example.com   | Ada Byron |
        | grace@example.com | Amazing   |
      Then the answer is 200 and says updated, ignored
      And these contacts are now stored:
        | email           | name      | age |
        | ada@example.com | Ada Byron | 36  |
      And Grace is as before

    @S-pn5h
    Scenario: A new key that is in a batch twice is created once
      When the editor upserts a batch into contacts by email:
        | email            | name         |
        | alan@example.com | Alan Turing  |
        | alan@example.com | A. M. Turing |
      Then the answer is 200 and says created, updated, or the batch is refused

  @AC-302
  Rule: AC-302 One invalid record leaves nothing written, and the error says which one it is

    @S-zybm
    Scenario Outline: <kind> at index <index> is refused
      When the editor upserts a batch into contacts by email:
        | email              | name        | age   | phone   |
        | ada@example.com    | <name 0>    | 1     |         |
        | alan@example.com   | <name 1>    | <age> |         |
        | edsger@example.com | <name 2>    | 3     | <phone> |
      Then the request is refused
      And the error says that the record at index <index> is wrong
      And nothing has been written

      Examples: One invalid record
        | kind                   | index | name 0 | name 1 | name 2 | age       | phone           |
        | a required field null  | 0     | null   | Alan   | Edsger | 2         |                 |
        | a required field left out | 1  | Ada    |        | Edsger | 2         |                 |
        | a value of the wrong type | 1    | Ada    | Alan   | Edsger | `"two"`   |                 |
        | a value below the minimum | 1  | Ada    | Alan   | Edsger | -2        |                 |
        | another's unique key    | 2    | Ada    | Alan   | Edsger | 2         | +1 212 555 0100 |

    @S-fe4r
    Scenario: An unknown field in the last record is refused
      When the editor upserts a batch into contacts by email:
        | email            | name        | nickname |
        | ada@example.com  | Ada Byron   |          |
        | alan@example.com | Alan Turing | prof     |
      Then the answer is 400
      And the error says that the record at index 1 is wrong
      And nothing has been written

    @S-scu2
    Scenario: A record without its match field is refused
      When the editor upserts a batch into contacts by email:
        | email            | name        | phone           |
        | alan@example.com | Alan Turing |                 |
        |                  | Nobody      | +44 20 7946 009 |
      Then the answer is 400
      And the error says that the record at index 1 is wrong
      And nothing has been written

    @S-duf5
    Scenario: An invalid record at the end of a thousand is refused
      When the editor upserts a batch of 1000 numbered contacts, the last with the phone number of Grace
      Then the request is refused
      And the error says that the record at index 999 is wrong
      And nothing has been written

    @S-767y
    Scenario: Two records of a batch with the same phone number are refused
      When the editor upserts a batch into contacts by email:
        | email              | name        | phone           |
        | alan@example.com   | Alan Turing | +44 20 7946 009 |
        | edsger@example.com | E. Dijkstra | +44 20 7946 009 |
      Then the request is refused
      And nothing has been written

    @S-z3fk @needs-conflict
    Scenario Outline: A value below the minimum is refused <conflict>
      When the editor upserts a batch into contacts by email <conflict>:
        | email   | name      | age |
        | <email> | Ada Byron | -1  |
      Then the request is refused
      And nothing has been written

      Examples: On a match, and in a new record
        | conflict                                | email            |
        | and updates only age                    | ada@example.com  |
        | and updates only where status is active | ada@example.com  |
        | and ignores a match                     | alan@example.com |

    @S-qcj5
    Scenario Outline: <kind> is refused where the record matches
      When the editor upserts a batch into contacts by email:
        | email             | name    | <field> |
        | ada@example.com   | Byron   |         |
        | grace@example.com | Amazing | <value> |
      Then the request is refused
      And the error says that the record at index 1 is wrong
      And nothing has been written

      Examples: What no record may have
        | kind                       | field    | value           |
        | A value below the minimum  | age      | -1              |
        | A value that is no option  | status   | archived        |
        | A text in place of a truth | vip      | `"true"`        |
        | A day that does not exist  | birthday | 1906-02-29      |
        | Another's phone number     | phone    | +44 20 7946 001 |

    @S-283h
    Scenario Outline: A text that breaks its pattern is refused where the record matches: <currency>
      Given these product_recommendations are stored:
        | as     | room_id | session_id | product_name | currency |
        | Marble | kitchen | session-1  | Marble Tile  | EUR      |
      When the editor upserts a batch into product_recommendations by room_id, product_name:
        | room_id | session_id | product_name | currency   |
        | kitchen | session-2  | Marble Tile  | <currency> |
      Then the request is refused
      And nothing has been written

      Examples: A letter more, a digit, and a line end
        | currency   |
        | EURO       |
        | E1R        |
        | `"EUR\\n"` |

    @S-em8e
    Scenario Outline: <kind> is refused as a moment where the record <matches>
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path | processed_at         |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1    | 2024-01-15T10:00:00Z |
      When the editor upserts a batch into asset_variants by storage_path:
        | parent_asset_id | variant_type | storage_path | processed_at |
        | {Photo.id}      | <type>       | <path>       | <moment>     |
      Then the request is refused
      And nothing has been written

      Examples: What has no offset, is no text, or is never
        | kind                 | moment               | matches | type      | path      |
        | A time with no offset | 2024-01-15T11:00:00  | matches | thumbnail | kitchen/1 |
        | A time with no offset | 2024-01-15T11:00:00  | is new  | webp      | kitchen/2 |
        | A day                | 2024-01-16           | matches | thumbnail | kitchen/1 |
        | A number of seconds  | `1705312800`         | matches | thumbnail | kitchen/1 |
        | A day that never was | 2023-02-29T10:00:00Z | matches | thumbnail | kitchen/1 |
        | A twenty-fifth hour  | 2024-01-15T25:00:00Z | is new  | webp      | kitchen/2 |

  @AC-303 @defines-batch-values
  Rule: AC-303 Each record of a batch gets its own values

    @S-u7qv
    Scenario: The variants of a photo each get their own size, state and time
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path         | file_size |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | 1         |
      When the editor upserts a batch into asset_variants by storage_path:
        | parent_asset_id | variant_type | storage_path         | file_size | processing_status | processed_at         |
        | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | 24000     | ready             | 2024-01-15T10:00:00Z |
        | {Photo.id}      | optimized    | kitchen/1_opt.webp   | 180000    | processing        | null                 |
        | {Photo.id}      | webp         | kitchen/1_full.webp  | 950000    | failed            | 2024-01-15T10:00:05Z |
      Then the answer is 200 and says updated, created, created
      And these asset_variants are now stored:
        | storage_path         | variant_type | file_size | processing_status | processed_at         |
        | kitchen/1_thumb.webp | thumbnail    | 24000     | ready             | 2024-01-15T10:00:00Z |
        | kitchen/1_opt.webp   | optimized    | 180000    | processing        | null                 |
        | kitchen/1_full.webp  | webp         | 950000    | failed            | 2024-01-15T10:00:05Z |

    @S-v24g
    Scenario: Fields of one record do not leak into the next
      When the editor upserts a batch into contacts by email:
        | email              | name        | age | vip   | notes |
        | alan@example.com   | Alan Turing | 41  | true  | first |
        | edsger@example.com | E. Dijkstra |     |       |       |
        | barbara@example.com | B. Liskov  | 80  | false | null  |
      Then the answer is 200 and says created, created, created
      And these contacts are now stored:
        | email               | name        | age  | vip   | notes |
        | alan@example.com    | Alan Turing | 41   | true  | first |
        | edsger@example.com  | E. Dijkstra | null | null  | null  |
        | barbara@example.com | B. Liskov   | 80   | false | null  |

    @S-vava @asserts-unmentioned
    Scenario: A field that only a later record has is written
      When the editor upserts a batch into contacts by email:
        | email             | name      | age | status   | notes |
        | ada@example.com   | Ada Byron |     |          |       |
        | grace@example.com | Amazing   | 86  | inactive | later |
        | alan@example.com  | Alan      |     |          | last  |
      Then the answer is 200 and says updated, updated, created
      And these contacts are now stored:
        | email             | name      | age  | status   | notes |
        | ada@example.com   | Ada Byron | 36   | active   | Note G |
        | grace@example.com | Amazing   | 86   | inactive | later |
        | alan@example.com  | Alan      | null | active   | last  |

    @S-3zgd
    Scenario: Each update gets its own values, not those of the first record
      When the editor upserts a batch into contacts by email:
        | email             | name      | age | status   |
        | grace@example.com | Amazing   | 86  | pending  |
        | ada@example.com   | Ada Byron | 37  | inactive |
      Then the answer is 200 and says updated, updated
      And these contacts are now stored:
        | email             | name      | age | status   |
        | ada@example.com   | Ada Byron | 37  | inactive |
        | grace@example.com | Amazing   | 86  | pending  |

    @S-t682
    Scenario: Values of every kind come back from a batch as they were sent
      Given these contacts are stored:
        | as  | email                   | name            |
        | Pia | ada@example.photography | `"X" 257 times` |
      When the editor upserts a batch twice into contacts by email:
        | email                   | name            | notes           | age        | vip   | birthday   | phone | status   |
        | ada@example.com         | 0               | `""`            | 0          | false | 1815-12-10 | null  | inactive |
        | grace@example.com       | 010             | 1e3             | null       |       | 1500-02-28 |       |          |
        | oona@example.com        | Straße          | `"ends in \\n"` | 2147483648 | true  | 0001-01-01 | null  | null     |
        | ada+news@example.com    | `"e\\u0301"`    | null            | null       | null  | null       | null  |          |
        | ada@example.photography | `"x" 257 times` | `" "`           |            | false | 9999-12-31 |       |          |
      Then the answer is 200 and says 2 updated, 2 created, 6 updated
      And each value comes back as it was sent

    @S-razr
    Scenario: Moments of every kind come back from a batch as the same instants
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
        | Video | session-1  | kitchen | video      |
      When the editor upserts a batch twice into asset_variants by storage_path:
        | parent_asset_id | variant_type | storage_path | processed_at                     |
        | {Photo.id}      | thumbnail    | kitchen/1    | 2024-01-15T10:00:00.987Z         |
        | {Photo.id}      | optimized    | kitchen/2    | 2024-10-27T02:30:00.123456+02:00 |
        | {Photo.id}      | webp         | kitchen/3    | 2024-10-27T02:30:00+01:00        |
        | {Video.id}      | thumbnail    | kitchen/4    | 1500-02-28T12:00:00-05:30        |
        | {Video.id}      | optimized    | kitchen/5    | 2038-01-19T03:14:08.5Z           |
        | {Video.id}      | webp         | kitchen/6    | 9999-12-31T23:59:59Z             |
      Then the answer is 200 and says 6 created, 6 updated
      And each value comes back as it was sent

    @S-ctpg
    Scenario: Keys that nearly look the same are different in a batch, and match when it is sent again
      When the editor upserts a batch twice into accounts by name:
        | name           | currency |
        | Straße         | EUR      |
        | Strasse        | EUR      |
        | `"e\\u0301"`   | EUR      |
        | `"\\u00e9"`    | EUR      |
        | 008            | EUR      |
        | 8              | EUR      |
        | `"x" 240 times` | EUR     |
        | `"x" 241 times` | EUR     |
        | `"it's 😀 \\\\"` | EUR    |
        | `"its 😀 \\\\"`  | EUR    |
        | `"it's 😁 \\\\"` | EUR    |
        | `"50% _, \\"a\\"+b&"` | EUR |
      Then the answer is 200 and says 12 created, 12 updated
      And every answer has the same ids
      And each value comes back as it was sent

    @S-nx2c @needs-conflict
    Scenario Outline: Values of every kind come back from a batch <conflict>
      When the editor upserts a batch twice into contacts by email <conflict>:
        | email            | name | notes           | age        | status  | vip   | birthday   |
        | eve@example.com  | 0    | `""`            | 0          | pending | false | 1500-02-28 |
        | oona@example.com | `"e\\u0301 😀 it's a \\"b\\", 50% $$ \\\\ \\n<i>&+ß "` | `"x" 300 times` | 2147483648 | pending | true  | 9999-12-31 |
        | flo@example.com  | Flo  | null            | null       | pending | null  | null       |
      Then the answer is 200 and says 3 created, 3 <operation>
      And each value comes back as it was sent

      Examples: The conflict members
        | conflict                                         | operation |
        | and updates only name, notes, age, vip, birthday | updated   |
        | and updates only where status is pending         | updated   |
        | and ignores a match                              | ignored   |

    @S-fc63 @needs-conflict
    Scenario: A match that a batch ignores is found by its whole key
      When the editor upserts a batch twice into accounts by name and ignores a match:
        | name           | currency |
        | Straße         | EUR      |
        | Strasse        | EUR      |
        | `"e\\u0301"`   | EUR      |
        | `"\\u00e9"`    | EUR      |
        | 008            | EUR      |
        | 8              | EUR      |
        | `"it's 😀 \\\\"` | EUR  |
        | `"x" 240 times` | EUR     |
      Then the answer is 200 and says 8 created, 8 ignored
      And every answer has the same ids

    @S-42u8 @needs-records
    Scenario: Lists find what a batch has written and changed by its moments and words
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path | format | file_size | processed_at         |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1    | webp   | 24000     | 2024-01-15T10:00:00Z |
      When the editor upserts a batch into asset_variants by storage_path:
        | parent_asset_id | variant_type | storage_path | format | file_size | processed_at                     |
        | {Photo.id}      | thumbnail    | kitchen/1    | jpeg   | 26000     | 2024-10-27T02:30:00.123456+02:00 |
        | {Photo.id}      | optimized    | kitchen/2    | null   | 0         | 2024-10-27T02:30:00+01:00        |
        | {Photo.id}      | webp         | kitchen/3    | webp   | 9         | 1969-12-31T23:59:59.999-05:00    |
      Then the answer is 200 and says updated, created, created
      And each value comes back as it was sent, in lists too

    @S-zx2q @needs-records
    Scenario: Lists find what a batch has written by its dates and amounts
      Given these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
      When the editor upserts a batch into transactions by reference:
        | reference | account_id   | date       | amount              | merchant | flow |
        | tx-1      | {Savings.id} | 2024-02-29 | 2.505               | 0815     | out  |
        | tx-2      | {Savings.id} | 1500-02-28 | -9.00               | 1e3      | in   |
        | tx-3      | {Savings.id} | 9999-12-31 | 1234567890123456.78 | 42       | in   |
      Then the answer is 200 and says 3 created
      And each value comes back as it was sent, in lists too

    @S-zqqj
    Scenario: A key of two fields is matched by both in a batch
      Given these product_recommendations are stored:
        | as     | room_id | session_id | product_name | category |
        | Marble | kitchen | session-1  | Marble Tile  | floor    |
      When the editor upserts a batch into product_recommendations by product_name, room_id:
        | room_id | session_id | product_name | category |
        | bath    | session-1  | Marble Tile  | wall     |
        | kitchen | session-1  | Marble       | shelf    |
        | kitchen | session-1  | Marble Tile  | kitchen  |
        | hall/   | session-1  | Lamp         | ceiling  |
        | hall    | session-1  | /Lamp        | table    |
      Then the answer is 200 and says created, created, updated, created, created
      And each value comes back as it was sent
      And Marble keeps id, created_at

    @S-tush
    Scenario: Digits in the texts of a batch stay as they are
      When the editor upserts a batch into contacts by email:
        | email              | name        | notes |
        | ada@example.com    | Ada Byron   | 007   |
        | alan@example.com   | Alan Turing | 0     |
        | barbara@example.com | B. Liskov  | 0815  |
      Then the answer is 200 and says updated, created, created
      And these contacts are now stored:
        | email               | notes |
        | ada@example.com     | 007   |
        | alan@example.com    | 0     |
        | barbara@example.com | 0815  |

    @S-ymyx
    Scenario: Records of a batch have each their own texts
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      When the editor upserts a batch into asset_variants by storage_path:
        | parent_asset_id | variant_type | storage_path         | format | content_type | processing_error |
        | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | webp   | image/webp   | none             |
        | {Photo.id}      | webp         | kitchen/1_full.webp  |        | image/webp   |                  |
        | {Photo.id}      | optimized    | kitchen/1_opt.webp   |        |              | late             |
      Then the answer is 200 and says 3 created
      And each value comes back as it was sent

  @AC-304
  Rule: AC-304 An empty batch, and one over the limit, is refused with 400 or 413

    @S-bxc4
    Scenario: A batch without records is refused
      When the editor upserts a batch of 0 numbered contacts
      Then the answer is 400 or 413

    @S-j4qf
    Scenario: An empty list of records beside a record's fields is refused
      When the editor upserts into contacts by email with records []:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 400 or 413
      And nothing has been written

    @S-4uh4
    Scenario: A batch of 1,001 records is refused
      When the editor upserts a batch of 1001 numbered contacts
      Then the answer is 400 or 413
      And nothing has been written

    @S-hgtk
    Scenario Outline: Records that are <value> are refused
      When the editor upserts into contacts by email with records <value>:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 400
      And nothing has been written

      Examples: Not a list of records, with fields beside it
        | value                         |
        | {"email": "x@example.com"}    |
        | "ada@example.com"             |
        | [1]                           |

  @AC-305
  Rule: AC-305 A batch with the same key twice is refused as a whole, or stores one record with the last values

    @S-q66h
    Scenario: A new key twice in a batch
      When the editor upserts a batch into contacts by email:
        | email              | name         | age |
        | alan@example.com   | Alan Turing  | 41  |
        | edsger@example.com | E. Dijkstra  | 72  |
        | alan@example.com   | A. M. Turing | 42  |
      Then the batch is refused, or these contacts are now stored:
        | email              | name         | age |
        | alan@example.com   | A. M. Turing | 42  |
        | edsger@example.com | E. Dijkstra  | 72  |
      And nothing else has changed

    @S-zb59
    Scenario: A known key twice in a batch
      When the editor upserts a batch into contacts by email:
        | email           | name      | age |
        | ada@example.com | Ada Byron | 37  |
        | ada@example.com | Countess  | 38  |
      Then the batch is refused, or these contacts are now stored:
        | email           | name     | age |
        | ada@example.com | Countess | 38  |
      And Grace is as before

    @S-busy
    Scenario: A condition is about the record as the batch has left it
      When the editor upserts a batch into contacts by email and updates only where status is active:
        | email           | name      | status   |
        | ada@example.com | Ada Byron | inactive |
        | ada@example.com | Countess  | inactive |
      Then the batch is refused, or these contacts are now stored:
        | email           | name      | status   |
        | ada@example.com | Ada Byron | inactive |
      And Grace is as before

    @S-3kuj
    Scenario: With matches ignored, the first record of a new key stays
      When the editor upserts a batch into contacts by email and ignores a match:
        | email            | name         | age |
        | alan@example.com | Alan Turing  | 41  |
        | alan@example.com | A. M. Turing | 42  |
      Then the batch is refused, or these contacts are now stored:
        | email            | name        | age |
        | alan@example.com | Alan Turing | 41  |
      And nothing else has changed

  @AC-306
  Rule: AC-306 A batch of 1,000 records is accepted

    @S-tqgm
    Scenario: A thousand new contacts are created
      When the editor upserts a batch of 1000 numbered contacts
      Then all 1000 numbered contacts are stored, each with its own values

    @S-qhbp
    Scenario: Five hundred new contacts are created
      When the editor upserts a batch of 500 numbered contacts
      Then all 500 numbered contacts are stored, each with its own values

    @S-n6u3
    Scenario: A thousand contacts sent twice keep their ids
      When the editor upserts a batch of 1000 numbered contacts twice
      Then the answer is 200 and says 1000 created, 1000 updated
      And every answer has the same ids
      And all 1000 numbered contacts are stored, each with its own values

  @AC-307
  Rule: AC-307 A batch that the role may do only in part is refused as a whole with 403

    @S-4b6n
    Scenario: The creator's batch with a match is refused
      When the creator upserts a batch into contacts by email:
        | email            | name        |
        | alan@example.com | Alan Turing |
        | bob@example.com  | Bob Babbage |
        | eve@example.com  | Eve         |
        | ada@example.com  | Ada Byron   |
      Then the answer is 403
      And nothing has been written

    @S-9axm
    Scenario: The updater's batch with a new record is refused
      When the updater upserts a batch into contacts by email:
        | email             | name        |
        | ada@example.com   | Ada Byron   |
        | grace@example.com | Amazing     |
        | alan@example.com  | Alan Turing |
      Then the answer is 403
      And nothing has been written

    @S-r2fd
    Scenario: The viewer's batch is refused
      When the viewer upserts a batch into contacts by email:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 403
      And nothing has been written

    @S-eufe
    Scenario: The updater may update several records
      When the updater upserts a batch into contacts by email:
        | email             | name      |
        | ada@example.com   | Ada Byron |
        | grace@example.com | Amazing   |
      Then the answer is 200 and says updated, updated
      And these contacts are now stored:
        | email             | name      |
        | ada@example.com   | Ada Byron |
        | grace@example.com | Amazing   |

    @S-8d3a
    Scenario: The creator may create several records
      When the creator upserts a batch into contacts by email:
        | email              | name        |
        | alan@example.com   | Alan Turing |
        | edsger@example.com | E. Dijkstra |
      Then the answer is 200 and says created, created
      And nothing else has changed

  @AC-308
  Rule: AC-308 Repeating a batch changes no count and no id

    @S-guuz
    Scenario: The same new records sent twice
      When the editor upserts a batch twice into contacts by email:
        | email              | name        |
        | alan@example.com   | Alan Turing |
        | edsger@example.com | E. Dijkstra |
      Then the answer is 200 and says 2 created, 2 updated
      And every answer has the same ids
      And these contacts are now stored:
        | email              | name        |
        | alan@example.com   | Alan Turing |
        | edsger@example.com | E. Dijkstra |
      And nothing else has changed

    @S-xcaq
    Scenario: The import of an account's transactions is repeated
      Given these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
      When the editor upserts a batch twice into transactions by reference:
        | reference | account_id   | date       | amount  | merchant | flow |
        | tx-1      | {Savings.id} | 2024-01-15 | 12.50   | Bakery   | out  |
        | tx-2      | {Savings.id} | 2024-01-16 | 2000.00 | Employer | in   |
      Then the answer is 200 and says 2 created, 2 updated
      And every answer has the same ids
      And these transactions are now stored:
        | reference | account_id   | date       | amount  | merchant | flow |
        | tx-1      | {Savings.id} | 2024-01-15 | 12.50   | Bakery   | out  |
        | tx-2      | {Savings.id} | 2024-01-16 | 2000.00 | Employer | in   |

    @S-5gs9
    Scenario: Known records sent again with the same values
      When the editor upserts a batch into contacts by email:
        | email             | name         |
        | ada@example.com   | Ada Lovelace |
        | grace@example.com | Grace Hopper |
      Then the answer is 200 and says updated, updated
      And these contacts are now stored:
        | email             | name         |
        | ada@example.com   | Ada Lovelace |
        | grace@example.com | Grace Hopper |
