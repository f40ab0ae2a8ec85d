@identity
Feature: Which record is meant
  A key may have several fields, and a table several keys. A record matches only if every match field is equal, so the
  same item in another organization is another record.

  Background:
    Given these image_metadata are stored:
      | as     | organization_id | key     | image_item_id  | image_item_path | alt_text     | description     |
      | Beach  | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | Beach sunset | Beautiful beach |
      | Harbor | org_lx          | media-1 | item-harbor-01 | /test/harbor.jpg | Harbor      | Boats           |

  @AC-101
  Rule: AC-101 A match needs every match field to be equal

    @S-4yf2
    Scenario: A record with an equal key is updated
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path | alt_text              |
        | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | Stunning beach sunset |
      Then the answer is 200 and says updated
      And these image_metadata are now stored:
        | as    | organization_id | key     | image_item_id  | alt_text              | description     |
        | Beach | org_lx          | media-1 | item-beach-001 | Stunning beach sunset | Beautiful beach |
      And nothing else has changed

    @S-pz8s
    Scenario Outline: A different <field> creates a record
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key   | image_item_id | image_item_path |
        | <organization>  | <key> | <item>        | /test/other.jpg |
      Then the answer is 200 and says created
      And these image_metadata are now stored:
        | organization_id | key   | image_item_id | image_item_path |
        | <organization>  | <key> | <item>        | /test/other.jpg |
      And Beach, Harbor are as before

      Examples: One field at a time
        | field             | organization | key     | item           |
        | organization      | org_hq       | media-1 | item-beach-001 |
        | key               | org_lx       | media-2 | item-beach-001 |
        | item              | org_lx       | media-1 | item-beach-002 |

    @S-yqdg
    Scenario: The id of another record does not match it
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path | alt_text | id          |
        | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | Found    | {Harbor.id} |
      Then the answer is 200 and says updated
      And these image_metadata are now stored:
        | as    | organization_id | key     | image_item_id  | alt_text |
        | Beach | org_lx          | media-1 | item-beach-001 | Found    |
      And Harbor is as before

    @S-pxqn
    Scenario: Keys of over 200 letters that differ only at the end are different
      Given these image_metadata are stored:
        | as   | organization_id | key     | image_item_id | image_item_path |
        | Left | org_lx          | media-1 | https://media.example.com/organizations/lx/rooms/living-room/shelves/upper/left/photographs/of/the/second/visit/in/full/resolution/and/without/any/compression/as/they/came/from/the/camera/of/the/surveyor/who/came/twice/image-1 | /left.jpg |
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id | image_item_path |
        | org_lx          | media-1 | https://media.example.com/organizations/lx/rooms/living-room/shelves/upper/left/photographs/of/the/second/visit/in/full/resolution/and/without/any/compression/as/they/came/from/the/camera/of/the/surveyor/who/came/twice/image-2 | /right.jpg |
      Then the answer is 200 and says created
      And Left, Beach are as before

    @S-226d
    Scenario: Keys that look the same when joined are different
      Given these image_metadata are stored:
        | as   | organization_id | key     | image_item_id | image_item_path |
        | Left | left/           | media-1 | item-1        | /left.jpg       |
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key      | image_item_id | image_item_path |
        | left            | /media-1 | item-1        | /right.jpg      |
      Then the answer is 200 and says created
      And Left, Beach are as before

    @S-wmnc
    Scenario: The same product in another room is a different record
      Given these product_recommendations are stored:
        | as     | room_id | session_id | product_name         | estimated_price | currency |
        | Marble | bath    | session-1  | Carrara Marble Tile  | 4500.00         | USD      |
      When the editor upserts into product_recommendations by room_id, product_name:
        | room_id | session_id | product_name        | estimated_price | currency |
        | kitchen | session-1  | Carrara Marble Tile | 3900.00         | USD      |
      Then the answer is 200 and says created
      And Marble is as before

    @S-s9ca @asserts-letters
    Scenario Outline: Keys that differ in <what> are different
      When the editor upserts into product_recommendations by room_id, product_name:
        | room_id | session_id | product_name |
        | kitchen | session-1  | <one>        |
        | kitchen | session-1  | <other>      |
      Then the answer is 200 and says created, created
      And every answer has an id of its own

      Examples: What a lenient comparison takes for the same
        | what                    | one            | other           |
        | a sharp s               | Straße         | Strasse         |
        | an accent               | Crème          | Creme           |
        | two codings of a letter | `"Cr\\u00e8me"` | `"Cre\\u0300me"` |
        | a ligature              | Ofﬁce lamp     | Office lamp     |
        | a wide letter           | Lamp Ａ        | Lamp A          |
        | a zero in front         | 008            | 8               |
        | the form of a number    | 1e3            | 1000            |
        | a space                 | Marble  Tile   | Marble Tile     |
        | a wildcard              | Marble_Tile    | Marble-Tile     |
        | an emoji                | 🎩             | 💥              |

    @S-9qtg @asserts-letters
    Scenario: No character of a match value is a wildcard
      Given these contacts are stored:
        | as  | email           | name         |
        | Ada | ada@example.com | Ada Lovelace |
      When the editor upserts into contacts by email:
        | email           | name |
        | a%@example.com  | Eve  |
        | a_a@example.com | Mal  |
      Then the answer is 200 and says created, created
      And Ada is as before

    @S-52nz
    Scenario: Keys of 240 letters that differ in the last one are different
      When the editor upserts into product_recommendations by room_id, product_name:
        | room_id | session_id | product_name    |
        | kitchen | session-1  | `"x" 240 times` |
        | kitchen | session-1  | `"x" 241 times` |
      Then the answer is 200 and says created, created
      And every answer has an id of its own

    @S-6ugg
    Scenario: A key that was changed matches under its new value only
      Given these contacts are stored:
        | as  | email           | name         | phone           |
        | Ada | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      When the editor upserts into contacts by phone, then by email:
        | email             | name      | phone           |
        | byron@example.com | Ada Byron | +44 20 7946 001 |
        | ada@example.com   | Eve       |                 |
        | byron@example.com | Countess  |                 |
      Then the answer is 200 and says updated, created, updated
      And these contacts are now stored:
        | as  | email             | name     |
        | Ada | byron@example.com | Countess |
        |     | ada@example.com   | Eve      |

    @S-abuq @needs-conflict
    Scenario Outline: A changed key matches under its new value only <conflict>
      Given these contacts are stored:
        | as  | email           | name         | phone           | status  |
        | Ada | ada@example.com | Ada Lovelace | +44 20 7946 001 | pending |
      When the editor upserts into contacts by phone, then by email <conflict>:
        | email             | name      | phone           |
        | byron@example.com | Ada Byron | +44 20 7946 001 |
        | ada@example.com   | Eve       |                 |
        | byron@example.com | Countess  |                 |
      Then the answer is 200 and says updated, created, updated
      And these contacts are now stored:
        | as  | email             | name     |
        | Ada | byron@example.com | Countess |
        |     | ada@example.com   | Eve      |

      Examples: The conflict members
        | conflict                                 |
        | and updates only email, name             |
        | and updates only where status is pending |

    @S-c28u @needs-batch
    Scenario: A changed key matches under its new value only in a batch
      Given these contacts are stored:
        | as  | email           | name         | phone           |
        | Ada | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      When the editor upserts a batch into contacts by phone, then by email:
        | email             | name      | phone           |
        | byron@example.com | Ada Byron | +44 20 7946 001 |
        | ada@example.com   | Eve       |                 |
        | byron@example.com | Countess  |                 |
      Then the answer is 200 and says updated, created, updated
      And these contacts are now stored:
        | as  | email             | name     |
        | Ada | byron@example.com | Countess |
        |     | ada@example.com   | Eve      |

  @AC-102
  Rule: AC-102 The same item in another organization, or under another key, is another record, and stays untouched

    @S-spnw
    Scenario: The same image in another organization
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path | alt_text |
        | org_hq          | media-1 | item-beach-001 | /hq/beach.jpg   | HQ beach |
      Then the answer is 200 and says created
      And every answer has an id of its own
      And Beach, Harbor are as before

    @S-9qtr
    Scenario: The same image under another key
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path | alt_text   |
        | org_lx          | media-2 | item-beach-001 | /two/beach.jpg  | Copy of it |
      Then the answer is 200 and says created
      And every answer has an id of its own
      And Beach, Harbor are as before

    @S-bess
    Scenario: An empty text in a key matches itself
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key  | image_item_id  | image_item_path |
        | org_lx          | `""` | item-beach-001 | /lx/beach.jpg   |
        | org_hq          | `""` | item-beach-001 | /hq/beach.jpg   |
        | org_lx          | `""` | item-beach-001 | /lx/dusk.jpg    |
      Then the answer is 200 and says created, created, updated, or 400
      And Beach, Harbor are as before

    @S-9yq6
    Scenario: Records of two organizations are updated separately
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path | alt_text |
        | org_hq          | media-1 | item-beach-001 | /hq/beach.jpg   | HQ beach |
        | org_hq          | media-1 | item-beach-001 | /hq/beach.jpg   | HQ, dusk |
        | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | LX, dawn |
      Then the answer is 200 and says created, updated, updated
      And these image_metadata are now stored:
        | as    | organization_id | key     | image_item_id  | image_item_path | alt_text |
        |       | org_hq          | media-1 | item-beach-001 | /hq/beach.jpg   | HQ, dusk |
        | Beach | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | LX, dawn |
      And Harbor is as before

  @AC-107
  Rule: AC-107 The order of the match fields changes nothing

    @S-v2as
    Scenario Outline: The key matches in the order <match>
      When the editor upserts into image_metadata by <match>:
        | organization_id | key     | image_item_id  | image_item_path | alt_text |
        | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | Found    |
      Then the answer is 200 and says updated
      And these image_metadata are now stored:
        | as    | organization_id | key     | image_item_id  | alt_text |
        | Beach | org_lx          | media-1 | item-beach-001 | Found    |
      And nothing else has changed

      Examples: Every order
        | match                               |
        | organization_id, image_item_id, key |
        | key, organization_id, image_item_id |
        | key, image_item_id, organization_id |
        | image_item_id, organization_id, key |
        | image_item_id, key, organization_id |

    @S-dv9b
    Scenario: A record is created with the match fields in another order
      When the editor upserts into image_metadata by image_item_id, key, organization_id:
        | organization_id | key     | image_item_id | image_item_path |
        | org_lx          | media-1 | item-new      | /test/new.jpg   |
      Then the answer is 200 and says created
      And these image_metadata are now stored:
        | organization_id | key     | image_item_id | image_item_path |
        | org_lx          | media-1 | item-new      | /test/new.jpg   |
      And nothing else has changed

  @AC-112
  Rule: AC-112 The description of a table names its fields and its unique keys, and these keys hold; where it has an id, this stands for the table

    @S-zp7w
    Scenario Outline: <table> is described
      When the editor asks for the description of <table>
      Then the answer is 200
      And the description names the fields and unique keys of <table>

      Examples: Tables with one key, with several, with a reference
        | table                   |
        | contacts                |
        | image_metadata          |
        | product_recommendations |
        | asset_variants          |

    @S-uy7u
    Scenario: A record is updated through the id of its table
      When the editor asks for the description of image_metadata
      Then the answer is 200
      And the id in the description leads to Beach

    @S-2zue
    Scenario: The viewer may read the description
      When the viewer asks for the description of image_metadata
      Then the answer is 200
      And the description names the fields and unique keys of image_metadata

    @S-unpk
    Scenario: Two records may share two fields of a key of three
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path |
        | org_lx          | media-1 | item-beach-002 | /test/beach.jpg |
      Then the answer is 200 and says created
      And Beach, Harbor are as before
