@identity
Feature: Which fields can be matched by
  The match fields are one unique key of the table, and the request has a value for each. Anything else would be a guess.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | phone           |
      | Grace | grace@example.com | Grace Hopper | active | +1 212 555 0100 |

  @AC-108
  Rule: AC-108 Match fields that are not a unique key are refused, and nothing is written

    @S-ac6u
    Scenario Outline: matchFields <value> are not a unique key of contacts
      When the editor upserts into contacts with matchFields <value>:
        | email             | name         | status   | phone           |
        | grace@example.com | Grace Hopper | inactive | +1 212 555 0100 |
      Then the answer is 400
      And nothing has been written

      Examples: Not a key, and more than a key
        | value                  |
        | ["name"]               |
        | ["status"]             |
        | ["email", "name"]      |
        | ["email", "phone"]     |

    @S-58yx
    Scenario: Match fields that are not a key create nothing
      When the editor upserts into contacts by name:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

    @S-9gux
    Scenario Outline: <match> is not a unique key of images
      When the editor upserts into image_metadata by <match>:
        | organization_id | key     | image_item_id  | image_item_path |
        | org_lx          | media-1 | item-beach-001 | /test/beach.jpg |
      Then the answer is 400
      And nothing has been written

      Examples: Parts of a key, and more than it
        | match                                                |
        | image_item_id                                        |
        | organization_id, key                                 |
        | organization_id, key, image_item_id, image_item_path |

  @AC-109
  Rule: AC-109 A match field that is not in the fields is refused with 400, and nothing is written

    @S-8eyd
    Scenario: A missing value for the only match field is refused
      When the editor upserts into contacts by phone:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

    @S-wf8e
    Scenario: A missing match value is refused even if other values match a record
      When the editor upserts into contacts by email:
        | name         | phone           |
        | Grace Hopper | +1 212 555 0100 |
      Then the answer is 400
      And nothing has been written

    @S-9ny7
    Scenario Outline: A missing value for <field> of three match fields is refused
      Given these image_metadata are stored:
        | as    | organization_id | key     | image_item_id  | image_item_path |
        | Beach | org_lx          | media-1 | item-beach-001 | /test/beach.jpg |
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key   | image_item_id | image_item_path |
        | <organization>  | <key> | <item>        | /test/other.jpg |
      Then the answer is 400
      And nothing has been written

      Examples: One missing at a time
        | field           | organization | key     | item           |
        | organization_id |              | media-1 | item-beach-001 |
        | key             | org_lx       |         | item-beach-001 |
        | image_item_id   | org_lx       | media-1 |                |

  @AC-110 @should
  Rule: AC-110 Null never matches null

    @S-w8za
    Scenario: Two contacts with a null phone are two records
      When the editor upserts into contacts by phone:
        | email            | name         | phone |
        | ada@example.com  | Ada Lovelace | null  |
        | alan@example.com | Alan Turing  | null  |
      Then the answer is 200 and says created, created
      And every answer has an id of its own

    @S-vzyk @needs-batch
    Scenario: Two contacts with a null phone in one batch are two records
      When the editor upserts a batch into contacts by phone:
        | email            | name         | phone |
        | ada@example.com  | Ada Lovelace | null  |
        | alan@example.com | Alan Turing  | null  |
      Then the answer is 200 and says created, created
      And nothing else has changed

    @S-7t9g
    Scenario: A null phone does not match a contact without a phone
      Given these contacts are stored:
        | as  | email           | name         |
        | Ada | ada@example.com | Ada Lovelace |
      When the editor upserts into contacts by phone:
        | email            | name        | phone |
        | alan@example.com | Alan Turing | null  |
      Then the answer is 200 and says created
      And Ada, Grace are as before

    @S-hcyv
    Scenario: A null phone does not match a contact with a phone
      When the editor upserts into contacts by phone:
        | email           | name         | phone |
        | ada@example.com | Ada Lovelace | null  |
      Then the answer is 200 and says created
      And Grace is as before

  @AC-111 @should
  Rule: AC-111 Matching is exact: case and surrounding white space count

    @S-vk5n
    Scenario Outline: The room <value> does not match kitchen
      Given these product_recommendations are stored:
        | as     | room_id | session_id | product_name |
        | Marble | kitchen | session-1  | Marble       |
      When the editor upserts into product_recommendations by room_id, product_name:
        | room_id | session_id | product_name |
        | <value> | session-2  | Marble       |
      Then the answer is 200 and says created, or 400
      And Marble is as before

      Examples: Nearly the same
        | value        |
        | Kitchen      |
        | KITCHEN      |
        | `" kitchen"` |
        | `"kitchen "` |

    @S-uss4
    Scenario Outline: The address <value> does not match grace@example.com
      When the editor upserts into contacts by email:
        | email   | name         |
        | <value> | Grace Hopper |
      Then the answer is 200 and says created, or 400
      And Grace is as before

      Examples: Nearly the same
        | value                 |
        | Grace@example.com     |
        | `" grace@example.com"` |
        | `"grace@example.com "` |
        | grace@example.com.    |

    @S-qjd2 @needs-batch
    Scenario: Case and white space count in a batch
      Given these product_recommendations are stored:
        | as     | room_id | session_id | product_name |
        | Marble | kitchen | session-1  | Marble       |
      When the editor upserts a batch into product_recommendations by room_id, product_name:
        | room_id      | session_id | product_name |
        | Kitchen      | session-2  | Marble       |
        | `"kitchen "` | session-2  | Marble       |
      Then the answer is 200 and says 2 created, or the batch is refused
      And Marble is as before

    @S-reb7 @needs-transactions
    Scenario: Case and white space count in a transaction
      Given these product_recommendations are stored:
        | as     | room_id | session_id | product_name |
        | Marble | kitchen | session-1  | Marble       |
      When the editor upserts in a transaction into product_recommendations by room_id, product_name:
        | room_id      | session_id | product_name |
        | Kitchen      | session-2  | Marble       |
        | `"kitchen "` | session-2  | Marble       |
      Then the answer is 200 and says 2 created, or it is refused
      And Marble is as before
