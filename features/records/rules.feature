@records
Feature: The rules of each table
  A rule that was forgotten in one table lets in what no record of it may be.

  Background:
    Given these users are stored:
      | as   | email            |
      | Mira | mira@example.com |
    And these accounts are stored:
      | as   | name   | currency |
      | Main | Main 1 | EUR      |
    And these category_templates are stored:
      | as     | name   |
      | Budget | Budget |
    And these room_assets are stored:
      | as    | session_id | room_id |
      | Photo | session-1  | kitchen |

  @AC-608
  Rule: AC-608 A partial update writes the fields that are given, and no others

    @S-wz2d
    Scenario: A user keeps its address
      When the editor changes Mira:
        | email |
        | null  |
        | `42`  |
      Then every request is refused
      And nothing has been written

    @S-yf8r
    Scenario: A project keeps its name, its user and a status
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      When the editor changes Atlas:
        | name | user_id                                  | status |
        | null |                                          |        |
        |      | null                                     |        |
        |      | `"00000000-0000-4000-8000-000000000000"` |        |
        |      |                                          | paused |
      Then every request is refused
      And nothing has been written

    @S-ejdc
    Scenario: A conversation keeps its project
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      And these conversations are stored:
        | as   | project_id |
        | Talk | {Atlas.id} |
      When the editor changes Talk:
        | project_id                               |
        | null                                     |
        | `"00000000-0000-4000-8000-000000000000"` |
      Then every request is refused
      And nothing has been written

    @S-bcee
    Scenario: A message keeps its conversation, a role and its content
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      And these conversations are stored:
        | as   | project_id |
        | Talk | {Atlas.id} |
      And these messages are stored:
        | as    | conversation_id | role | content |
        | Hello | {Talk.id}       | user | Hello   |
      When the editor changes Hello:
        | conversation_id | role  | content |
        | null            |       |         |
        | `999999999`     |       |         |
        |                 | null  |         |
        |                 | robot |         |
        |                 |       | null    |
      Then every request is refused
      And nothing has been written

    @S-h6tw
    Scenario: An artifact keeps its project, its type and its content
      Given these projects are stored:
        | as    | name  | user_id   |
        | Atlas | Atlas | {Mira.id} |
      And these artifacts are stored:
        | as   | project_id | type | content |
        | Plan | {Atlas.id} | plan | Draw    |
      When the editor changes Plan:
        | project_id                               | type | content |
        | null                                     |      |         |
        | `"00000000-0000-4000-8000-000000000000"` |      |         |
        |                                          | null |         |
        |                                          |      | null    |
      Then every request is refused
      And nothing has been written

    @S-n55r
    Scenario: A log entry keeps its type
      Given these activity_log are stored:
        | as   | type    |
        | Note | invited |
      When the editor changes Note:
        | type |
        | null |
      Then every request is refused
      And nothing has been written

    @S-kf5p
    Scenario: An account keeps its name and its currency
      When the editor changes Main:
        | name | currency |
        | null |          |
        |      | null     |
      Then every request is refused
      And nothing has been written

    @S-sczf
    Scenario: A transaction keeps what an import needs, and flows in or out
      Given these transactions are stored:
        | as   | reference | account_id | date       | amount |
        | Sale | tx-1      | {Main.id}  | 2024-01-15 | 1.00   |
      When the editor changes Sale:
        | reference | account_id  | date | amount | balance  | flow |
        | null      |             |      |        |          |      |
        |           | null        |      |        |          |      |
        |           | `999999999` |      |        |          |      |
        |           |             | null |        |          |      |
        |           |             |      | null   |          |      |
        |           |             |      | NaN    |          |      |
        |           |             |      |        | Infinity |      |
        |           |             |      |        |          | up   |
      Then every request is refused
      And nothing has been written

    @S-jrvc
    Scenario: A raw transaction keeps its reference and its account
      Given these raw_transactions are stored:
        | as  | reference | account_id |
        | Raw | raw-1     | {Main.id}  |
      When the editor changes Raw:
        | reference | account_id  |
        | null      |             |
        |           | null        |
        |           | `999999999` |
      Then every request is refused
      And nothing has been written

    @S-8jeb
    Scenario: An import keeps its reference and its account, and counts from 0
      Given these import_batches are stored:
        | as     | reference | account_id |
        | Import | batch-1   | {Main.id}  |
      When the editor changes Import:
        | reference | account_id  | row_count |
        | null      |             |           |
        |           | null        |           |
        |           | `999999999` |           |
        |           |             | -1        |
      Then every request is refused
      And nothing has been written

    @S-rtcn
    Scenario: A template keeps its name
      When the editor changes Budget:
        | name |
        | null |
      Then every request is refused
      And nothing has been written

    @S-psnb
    Scenario: A category keeps its template and its name
      Given these categories are stored:
        | as   | template_id | name |
        | Food | {Budget.id} | Food |
      When the editor changes Food:
        | template_id | name |
        | null        |      |
        | `999999999` |      |
        |             | null |
      Then every request is refused
      And nothing has been written

    @S-s2ru
    Scenario: A rule keeps its category and its pattern
      Given these categories are stored:
        | as   | template_id | name |
        | Food | {Budget.id} | Food |
      And these rules are stored:
        | as     | category_id | pattern |
        | Bakery | {Food.id}   | bakery% |
      When the editor changes Bakery:
        | category_id | pattern |
        | null        |         |
        | `999999999` |         |
        |             | null    |
      Then every request is refused
      And nothing has been written

    @S-m6ka
    Scenario: A mapping keeps its transaction, its ledger and its category
      Given these categories are stored:
        | as   | template_id | name |
        | Food | {Budget.id} | Food |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount |
        | Sale | tx-1      | {Main.id}  | 2024-01-15 | 1.00   |
      And these transaction_category_mappings are stored:
        | as  | transaction_id | ledger_id | category_id |
        | Map | {Sale.id}      | main      | {Food.id}   |
      When the editor changes Map:
        | transaction_id | ledger_id | category_id |
        | null           |           |             |
        | `999999999`    |           |             |
        |                | null      |             |
        |                |           | null        |
        |                |           | `999999999` |
      Then every request is refused
      And nothing has been written

    @S-xfv9
    Scenario: An asset keeps its session and its room, and is of a known type
      When the editor changes Photo:
        | session_id | room_id | asset_type |
        | null       |         |            |
        |            | null    |            |
        |            |         | film       |
      Then every request is refused
      And nothing has been written

    @S-b47x
    Scenario: A variant keeps its asset, a type and its path, and has a size and a time
      Given these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1    |
      When the editor changes Thumb:
        | parent_asset_id | variant_type | storage_path | file_size | width | height | processing_status | processed_at           |
        | null            |              |              |           |       |        |                   |                        |
        | `999999999`     |              |              |           |       |        |                   |                        |
        |                 | null         |              |           |       |        |                   |                        |
        |                 | raw          |              |           |       |        |                   |                        |
        |                 |              | null         |           |       |        |                   |                        |
        |                 |              |              | -1        |       |        |                   |                        |
        |                 |              |              |           | 0     |        |                   |                        |
        |                 |              |              |           |       | 0      |                   |                        |
        |                 |              |              |           |       |        | lost              |                        |
        |                 |              |              |           |       |        |                   | `1705312800`           |
        |                 |              |              |           |       |        |                   | 2024-01-15             |
        |                 |              |              |           |       |        |                   | 2024-01-15T10:00:00    |
        |                 |              |              |           |       |        |                   | 2023-02-29T10:00:00Z   |
        |                 |              |              |           |       |        |                   | 2024-01-15T25:00:00Z   |
      Then every request is refused
      And nothing has been written

    @S-d9gn
    Scenario: A recommendation keeps its room, its session and its product, and a currency of three letters
      Given these product_recommendations are stored:
        | as     | room_id | session_id | product_name |
        | Marble | kitchen | session-1  | Marble       |
      When the editor changes Marble:
        | room_id | session_id | product_name | estimated_price | currency |
        | null    |            |              |                 |          |
        |         | null       |              |                 |          |
        |         |            | null         |                 |          |
        |         |            |              | NaN             |          |
        |         |            |              |                 | EU       |
        |         |            |              |                 | EURO     |
        |         |            |              |                 | E1R      |
      Then every request is refused
      And nothing has been written

    @S-8744
    Scenario: An image keeps its key and its path
      Given these image_metadata are stored:
        | as    | organization_id | key     | image_item_id | image_item_path |
        | Beach | org_lx          | media-1 | item-1        | /test/beach.jpg |
      When the editor changes Beach:
        | organization_id | key  | image_item_id | image_item_path |
        | null            |      |               |                 |
        |                 | null |               |                 |
        |                 |      | null          |                 |
        |                 |      |               | null            |
      Then every request is refused
      And nothing has been written
