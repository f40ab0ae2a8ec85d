@identity
Feature: An update happens in place
  An updated record stays the same record: others refer to its id, and created_at says how old it is.

  Background:
    Given these image_metadata are stored:
      | as     | organization_id | key     | image_item_id  | image_item_path  | image_preview_path | alt_text     | description     |
      | Beach  | org_lx          | media-1 | item-beach-001 | /test/beach.jpg  | /preview/beach.jpg | Beach sunset | Beautiful beach |
      | Harbor | org_lx          | media-1 | item-harbor-01 | /test/harbor.jpg |                    | Harbor       |                 |
    And these contacts are stored:
      | as    | email             | name         | status   | notes   |
      | Grace | grace@example.com | Grace Hopper | inactive | Admiral |

  @AC-103 @defines-id
  Rule: AC-103 An update keeps the id

    @S-vncp
    Scenario: An image saved a second time keeps its id
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path | alt_text              | description                     |
        | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | Stunning beach sunset | Beautiful sunset over the beach |
      Then the answer is 200 and says updated
      And Beach keeps id
      And the record reads the same by its id

    @S-7b2m
    Scenario: All texts of an image change on its second save
      Given these image_metadata are stored:
        | as   | organization_id      | key                              | image_item_id | image_item_path                        | image_preview_path                             | alt_text     | description     |
        | Dune | org_lxSEYVnF3YpVUlEQ | e3641953fabc471fb110d46241bce7a1 | item-dune-001 | /sitecore/media library/test/beach.jpg | https://edge.example.com/-/media/test/beach.jpg | Beach sunset | Beautiful beach |
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id      | key                              | image_item_id | image_item_path                         | image_preview_path                              | alt_text              | description                     |
        | org_lxSEYVnF3YpVUlEQ | e3641953fabc471fb110d46241bce7a1 | item-dune-001 | /sitecore/media library/test/sunset.jpg | https://edge.example.com/-/media/test/sunset.jpg | Stunning beach sunset | Beautiful sunset over the beach |
      Then the answer is 200 and says updated
      And Dune keeps id, organization_id, key, image_item_id, created_at
      And each value comes back as it was sent

    @S-xyx5
    Scenario: The id stays the same over many updates
      When the editor upserts into contacts by email:
        | email             | name  |
        | grace@example.com | One   |
        | grace@example.com | Two   |
        | grace@example.com | Three |
      Then the answer is 200 and says updated, updated, updated
      And every answer has the same id
      And Grace keeps id

    @S-hdkg
    Scenario: An id in the request does not replace the record's id
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path | id                                     |
        | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | `"00000000-0000-4000-8000-000000000000"` |
      Then Beach keeps id
      And the protected fields are the server's own

    @S-9z76
    Scenario: A numeric id stays the same too
      Given these contacts are stored:
        | as  | email           | name         |
        | Ada | ada@example.com | Ada Lovelace |
      When the editor upserts into contacts by email:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And Ada keeps id

  @AC-104 @defines-times
  Rule: AC-104 An update keeps created_at and moves updated_at forward

    @S-9t98
    Scenario: An image saved a second time gets a later updated_at
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path | alt_text              |
        | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | Stunning beach sunset |
      Then Beach keeps created_at
      And Beach's updated_at is later than before
      And nothing else has changed

    @S-b8yd
    Scenario: An update with the stored values moves updated_at too
      When the editor upserts into contacts by email:
        | email             | name         |
        | grace@example.com | Grace Hopper |
      Then Grace keeps created_at
      And Grace's updated_at is later than before

    @S-umz4
    Scenario: Every update gets a later updated_at
      When the editor upserts into contacts by email:
        | email             | name  |
        | grace@example.com | One   |
        | grace@example.com | Two   |
        | grace@example.com | Three |
        | grace@example.com | Four  |
      Then each answer's updated_at is later than the one before
      And Grace keeps created_at

    @S-waud
    Scenario: Timestamps in the request are dropped
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path | created_at               | updated_at               |
        | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | 2101-02-03T04:05:06.789Z | 2101-02-03T04:05:06.789Z |
      Then the protected fields are the server's own
      And Beach keeps created_at
      And Beach's updated_at is later than before

    @S-ykrg
    Scenario: An upsert of nothing but its key moves updated_at too
      When the editor upserts into contacts by email:
        | email             |
        | grace@example.com |
      Then the answer is 200 and says updated
      And Grace's updated_at is later than before
      And Grace keeps id, created_at, name, status, notes

    @S-aw87 @needs-conflict
    Scenario Outline: An update with <member> moves updated_at too
      When the editor upserts into contacts by email and updates only <what>:
        | email             | notes   |
        | grace@example.com | Amazing |
      Then the answer is 200 and says updated
      And Grace's updated_at is later than before
      And Grace keeps id, created_at, name, status

      Examples: Members for a match
        | member       | what                     |
        | updateFields | notes                    |
        | updateWhere  | where status is inactive |

    @S-b6nb @needs-batch
    Scenario: Every record of a batch gets a later updated_at
      Given these contacts are stored:
        | as  | email           | name         |
        | Ada | ada@example.com | Ada Lovelace |
      When the editor upserts a batch into contacts by email:
        | email             | notes   |
        | grace@example.com | Amazing |
        | ada@example.com   |         |
      Then the answer is 200 and says updated, updated
      And Grace's updated_at is later than before
      And Ada's updated_at is later than before
      And Ada keeps id, created_at, name

    @S-3hcz @needs-transactions
    Scenario Outline: Where the editor <way>, updated_at moves
      When the editor <way>:
        | email             | notes   |
        | grace@example.com | Amazing |
      Then the answer is 200 and says updated
      And Grace's updated_at is later than before
      And Grace keeps id, created_at, name, status

      Examples: By a key and by the id
        | way                                            |
        | upserts in a transaction into contacts by email |
        | changes Grace in a transaction                 |

    @S-93xp @needs-transactions
    Scenario: Where the editor sends nothing but a key in a transaction, updated_at moves
      When the editor upserts in a transaction into contacts by email:
        | email             |
        | grace@example.com |
      Then the answer is 200 and says updated
      And Grace's updated_at is later than before
      And Grace keeps id, created_at, name, status, notes

    @S-fk64 @should @needs-batch
    Scenario: The times in the answer to a batch are those of the server's clock
      When the editor upserts a batch into contacts by email:
        | email             | name        |
        | grace@example.com | Amazing     |
        | alan@example.com  | Alan Turing |
      Then the answer is 200 and says updated, created
      And each answer's times are within a minute of its Date header

    @S-dkdd @should @needs-transactions
    Scenario: The times in the answer to a transaction are those of the server's clock
      When the editor upserts in a transaction into contacts by email:
        | email             | name        |
        | grace@example.com | Amazing     |
        | alan@example.com  | Alan Turing |
      Then the answer is 200 and says updated, created
      And each answer's times are within a minute of its Date header

    @S-6x6b @should @needs-records
    Scenario Outline: Where the editor <way>, the times are those of the server's clock
      When the editor <way>:
        | email            | name        |
        | alan@example.com | Alan Turing |
      Then the answer is <status>
      And each answer's times are within a minute of its Date header

      Examples: A create and a change
        | way                 | status |
        | creates in contacts | 201    |
        | changes Grace       | 200    |

    @S-f8em @should
    Scenario: The times in an answer are those of the server's clock
      When the editor upserts into contacts by email:
        | email             | name        |
        | grace@example.com | Amazing     |
        | alan@example.com  | Alan Turing |
      Then the answer is 200 and says updated, created
      And each answer's times are within a minute of its Date header

  @AC-105 @defines-unmentioned
  Rule: AC-105 Fields that are not mentioned keep their values; a null that is given is stored

    @S-3aza @asserts-unmentioned
    Scenario: Fields that are not mentioned keep their values
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | alt_text              |
        | org_lx          | media-1 | item-beach-001 | Stunning beach sunset |
      Then Beach keeps image_item_path, image_preview_path, description
      And these image_metadata are now stored:
        | as    | organization_id | key     | image_item_id  | alt_text              |
        | Beach | org_lx          | media-1 | item-beach-001 | Stunning beach sunset |

    @S-wnkh
    Scenario: A null clears the value
      When the editor upserts into contacts by email:
        | email             | notes |
        | grace@example.com | null  |
      Then Grace keeps name, status
      And these contacts are now stored:
        | as    | email             | notes |
        | Grace | grace@example.com | null  |

    @S-bu4q
    Scenario: An empty text is stored as empty text
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | alt_text |
        | org_lx          | media-1 | item-beach-001 | `""`     |
      Then these image_metadata are now stored:
        | as    | organization_id | key     | image_item_id  | alt_text |
        | Beach | org_lx          | media-1 | item-beach-001 | `""`     |

    @S-hsrz @asserts-unmentioned
    Scenario: An update does not restore defaults
      Given these contacts are stored:
        | as  | email           | name         | status   | vip  | age |
        | Ada | ada@example.com | Ada Lovelace | inactive | true | 36  |
      When the editor upserts into contacts by email:
        | email           | notes        |
        | ada@example.com | Wrote Note G |
      Then the answer is 200 and says updated
      And Ada keeps name, status, vip, age

    @S-9nsp
    Scenario: Null is stored in a field with a default
      When the editor upserts into contacts by email:
        | email            | name         | status |
        | ada@example.com  | Ada Lovelace | null   |
        | alan@example.com | Alan Turing  | active |
        | alan@example.com | Alan Turing  | null   |
      Then the answer is 200 and says created, created, updated
      And these contacts are now stored:
        | email            | status |
        | ada@example.com  | null   |
        | alan@example.com | null   |

    @S-9yrj
    Scenario: A moment that is not mentioned keeps its value, and one that is given is kept to the millisecond
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path         | processed_at                |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | 2024-01-15T10:00:00.123Z    |
        | Full  | {Photo.id}      | webp         | kitchen/1_full.webp  | 2024-01-15T10:00:00Z        |
      When the editor upserts into asset_variants by parent_asset_id, variant_type:
        | parent_asset_id | variant_type | file_size | processed_at                |
        | {Photo.id}      | thumbnail    | 26000     |                             |
        | {Photo.id}      | webp         | 90000     | 2024-01-15T11:00:00.654Z    |
      Then Thumb keeps processed_at, storage_path
      And these asset_variants are now stored:
        | as    | parent_asset_id | variant_type | processed_at                |
        | Thumb | {Photo.id}      | thumbnail    | 2024-01-15T10:00:00.123Z    |
        | Full  | {Photo.id}      | webp         | 2024-01-15T11:00:00.654Z    |

    @S-yjsr
    Scenario: A null clears the text of an image
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id  | image_item_path | alt_text |
        | org_lx          | media-1 | item-beach-001 | /test/beach.jpg | null     |
      Then Beach keeps image_preview_path, description
      And these image_metadata are now stored:
        | as    | organization_id | key     | image_item_id  | alt_text |
        | Beach | org_lx          | media-1 | item-beach-001 | null     |

  @AC-106
  Rule: AC-106 The same upsert repeated leaves one record, with the same values and id

    @S-debc
    Scenario: Long texts of an image, and short ones, are kept
      When the editor upserts twice into image_metadata by organization_id, key, image_item_id:
        | organization_id | key    | image_item_id | image_item_path | image_preview_path | alt_text        | description       |
        | org_lx          | banner | one           | s3://a          | `""`               | `"x" 300 times` | `"x" 4,001 times` |
        | org_lx          | banner | two           | `"x" 300 times` |                    | `""`            |                   |
      Then the answer is 200 and says 2 created, 2 updated
      And each value comes back as it was sent

    @S-dz2v
    Scenario: The same upsert three times
      When the editor upserts into contacts by email:
        | email           | name         | notes        |
        | ada@example.com | Ada Lovelace | Wrote Note G |
        | ada@example.com | Ada Lovelace | Wrote Note G |
        | ada@example.com | Ada Lovelace | Wrote Note G |
      Then the answer is 200 and says created, updated, updated
      And every answer has the same id
      And these contacts are now stored:
        | email           | name         | notes        |
        | ada@example.com | Ada Lovelace | Wrote Note G |

    @S-xeqb
    Scenario: Insert, update, verify: one record with the last values
      When the editor upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key     | image_item_id | image_item_path | alt_text    | description         |
        | test_org        | media-1 | test-item-001 | /path/to/image  | Test alt    | Test description    |
        | test_org        | media-1 | test-item-001 | /path/to/image  | Updated alt | Updated description |
      Then the answer is 200 and says created, updated
      And every answer has the same id
      And these image_metadata are now stored:
        | organization_id | key     | image_item_id | alt_text    | description         |
        | test_org        | media-1 | test-item-001 | Updated alt | Updated description |

    @S-dwka
    Scenario: Matching by one key and then by the other finds one record
      Given these contacts are stored:
        | as  | email           | name         | phone           |
        | Ada | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      When the editor upserts into contacts by phone:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name         | phone           |
        | Ada | ada@example.com | Ada Lovelace | +44 20 7946 001 |
