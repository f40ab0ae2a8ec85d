@conflict
Feature: The worker that makes variants of an asset
  A worker may run again for the same asset. The scenarios are the usual ways to write its result again.

  Background:
    Given these room_assets are stored:
      | as    | session_id | room_id | asset_type |
      | Photo | session-1  | kitchen | photo      |
    And these asset_variants are stored:
      | as    | parent_asset_id | variant_type | storage_path         | format | content_type | file_size | width | height | processing_status |
      | Thumb | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | webp   | image/webp   | 24000     | 300   | 200    | pending           |

  @AC-203 @defines-update-fields
  Rule: AC-203 With updateFields a match gets these fields only, and a new record gets all

    @S-enfv
    Scenario: A variant matched by its path gets new measures and keeps the rest
      When the editor upserts into asset_variants by storage_path and updates only file_size, width, height, processing_status, processed_at:
        | parent_asset_id | variant_type | storage_path         | format | file_size | width | height | processing_status | processed_at              |
        | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | jpeg   | 26000     | 320   | 240    | ready             | 2024-01-15T11:00:00+01:00 |
      Then the answer is 200 and says updated
      And Thumb keeps id, format, content_type, created_at
      And these asset_variants are now stored:
        | as    | storage_path         | file_size | width | height | processing_status | processed_at             |
        | Thumb | kitchen/1_thumb.webp | 26000     | 320   | 240    | ready             | 2024-01-15T10:00:00.000Z |

    @S-hazk
    Scenario: A variant matched by its parent and type keeps its path
      When the editor upserts into asset_variants by parent_asset_id, variant_type and updates only file_size, processing_status:
        | parent_asset_id | variant_type | storage_path         | file_size | processing_status |
        | {Photo.id}      | thumbnail    | kitchen/other.webp   | 30000     | ready             |
      Then the answer is 200 and says updated
      And Thumb keeps id, storage_path, width
      And these asset_variants are now stored:
        | as    | parent_asset_id | variant_type | file_size | processing_status |
        | Thumb | {Photo.id}      | thumbnail    | 30000     | ready             |

  @AC-204 @defines-update-where
  Rule: AC-204 With updateWhere a match is written only if the stored record has these values; otherwise it is ignored and unchanged

    @S-jj68
    Scenario: A job that runs again does not overwrite a variant that is ready
      Given these asset_variants are stored:
        | as   | parent_asset_id | variant_type | storage_path        | processing_status | processed_at             |
        | Full | {Photo.id}      | webp         | kitchen/1_full.webp | ready             | 2024-01-15T10:00:00.000Z |
      When the editor upserts into asset_variants by storage_path and updates only where processing_status is pending:
        | parent_asset_id | variant_type | storage_path        | processing_status | processed_at |
        | {Photo.id}      | webp         | kitchen/1_full.webp | processing        | null         |
      Then the answer is 200 and says ignored
      And Full, Thumb, Photo are as before

    @S-xw9v
    Scenario: A pending variant is taken into processing
      When the editor upserts into asset_variants by storage_path and updates only processing_status, processed_at, processing_error and updates only where processing_status is pending:
        | parent_asset_id | variant_type | storage_path         | processing_status | processed_at | processing_error |
        | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | processing        | null         | null             |
      Then the answer is 200 and says updated
      And these asset_variants are now stored:
        | as    | storage_path         | processing_status | processed_at | processing_error |
        | Thumb | kitchen/1_thumb.webp | processing        | null         | null             |

    @S-7bvs
    Scenario Outline: A condition for the moment <moment> is <holds> for the stored one
      Given these asset_variants are stored:
        | as   | parent_asset_id | variant_type | storage_path        | processed_at         |
        | Full | {Photo.id}      | webp         | kitchen/1_full.webp | 2024-01-15T10:00:00Z |
      When the editor upserts into asset_variants by storage_path and updates only where processed_at is <moment>:
        | parent_asset_id | variant_type | storage_path        | width |
        | {Photo.id}      | webp         | kitchen/1_full.webp | 640   |
      Then the answer is 200 and says <operation>
      And Full keeps id, processed_at
      And these asset_variants are now stored:
        | as   | storage_path        | width   |
        | Full | kitchen/1_full.webp | <width> |

      Examples: The same instant, and another
        | moment                    | holds | operation | width |
        | 2024-01-15T11:00:00+01:00 | true  | updated   | 640   |
        | 2024-01-15T10:00:00.500Z  | false | ignored   | null  |

  @AC-209 @defines-update-values
  Rule: AC-209 With updateValues a match gets these values in place of the fields, null included; a new record gets the fields

    @S-w5q4
    Scenario: A variant that has failed is queued again, and its time is reset
      Given these asset_variants are stored:
        | as   | parent_asset_id | variant_type | storage_path        | width | processing_status | processed_at         | processing_error |
        | Full | {Photo.id}      | webp         | kitchen/1_full.webp | 640   | failed            | 2024-01-15T10:00:00Z | out of memory    |
      When the editor upserts into asset_variants by storage_path and on a match sets processing_status to pending, processed_at to null, processing_error to null and updates only where processing_status is failed:
        | parent_asset_id | variant_type | storage_path        | width | processing_status | processed_at         |
        | {Photo.id}      | webp         | kitchen/1_full.webp | 800   | ready             | 2024-01-16T10:00:00Z |
      Then the answer is 200 and says updated
      And Full keeps id, width, created_at
      And these asset_variants are now stored:
        | as   | storage_path        | processing_status | processed_at | processing_error |
        | Full | kitchen/1_full.webp | pending           | null         | null             |
      And Thumb is as before

    @S-m8tc
    Scenario: A variant that is ready is not queued again
      Given these asset_variants are stored:
        | as   | parent_asset_id | variant_type | storage_path        | processing_status | processed_at         |
        | Full | {Photo.id}      | webp         | kitchen/1_full.webp | ready             | 2024-01-15T10:00:00Z |
      When the editor upserts into asset_variants by storage_path and on a match sets processing_status to pending, processed_at to null and updates only where processing_status is failed:
        | parent_asset_id | variant_type | storage_path        | processing_status |
        | {Photo.id}      | webp         | kitchen/1_full.webp | ready             |
      Then the answer is 200 and says ignored
      And Full, Thumb are as before

  @AC-210
  Rule: AC-210 With an operator in updateWhere a match is written only if its stored value passes; otherwise it is ignored and unchanged

    @S-zbz6
    Scenario Outline: The newer result wins: one of <moment> over one of 10:00 is <operation>
      Given these asset_variants are stored:
        | as   | parent_asset_id | variant_type | storage_path        | width | processed_at         |
        | Full | {Photo.id}      | webp         | kitchen/1_full.webp | 640   | 2024-01-15T10:00:00Z |
      When the editor upserts into asset_variants by storage_path and updates only where processed_at is before <moment>:
        | parent_asset_id | variant_type | storage_path        | width | processed_at |
        | {Photo.id}      | webp         | kitchen/1_full.webp | 800   | <moment>     |
      Then the answer is 200 and says <operation>
      And these asset_variants are now stored:
        | as   | storage_path        | width   |
        | Full | kitchen/1_full.webp | <width> |

      Examples: Newer ones, the same instant, an older one
        | moment                    | operation | width |
        | 2024-01-15T10:00:00.500Z  | updated   | 800   |
        | 2024-01-15T09:30:00-01:00 | updated   | 800   |
        | 2024-01-15T11:00:00+01:00 | ignored   | 640   |
        | 2024-01-15T10:30:00+02:00 | ignored   | 640   |

    @S-dpp5
    Scenario: A variant without a time is not older than anything
      When the editor upserts into asset_variants by storage_path and updates only where processed_at is before 2024-01-15T10:00:00Z:
        | parent_asset_id | variant_type | storage_path         | width |
        | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | 800   |
      Then the answer is 200 and says ignored
      And Thumb is as before

  @AC-212 @defines-any-conflict
  Rule: AC-212 Without match fields, an upsert that ignores conflicts is ignored on a conflict with any unique key; otherwise it creates the record

    @S-2crq
    Scenario: Do nothing, whether the path is taken or the variant is there
      When the editor upserts into asset_variants and ignores any conflict:
        | parent_asset_id | variant_type | storage_path         |
        | {Photo.id}      | webp         | kitchen/1_thumb.webp |
        | {Photo.id}      | thumbnail    | kitchen/other.webp   |
        | {Photo.id}      | webp         | kitchen/1_full.webp  |
      Then the answer is 200 and says ignored, ignored, created
      And Thumb is as before
      And no record in asset_variants has storage_path kitchen/other.webp
      And these asset_variants are now stored:
        | parent_asset_id | variant_type | storage_path        | processing_status |
        | {Photo.id}      | webp         | kitchen/1_full.webp | pending           |

  @AC-205
  Rule: AC-205 The answer holds the whole stored record, whether it was created, updated or ignored

    @S-zx79
    Scenario: An ignored variant is returned whole
      When the editor upserts into asset_variants by storage_path and ignores a match:
        | parent_asset_id | variant_type | storage_path         | processing_status |
        | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | failed            |
      Then the answer is 200 and says ignored
      And the answer holds the whole stored record
      And Thumb is as before

    @S-e5eg
    Scenario: Moments come back as the same instants
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Video | session-1  | kitchen | video      |
      When the editor upserts twice into asset_variants by storage_path:
        | parent_asset_id | variant_type | storage_path         | processed_at                     |
        | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | 2024-01-15T10:00:00.987Z         |
        | {Photo.id}      | optimized    | kitchen/1_opt.webp   | 2024-10-27T02:30:00.123456+02:00 |
        | {Photo.id}      | webp         | kitchen/1_full.webp  | 2024-10-27T02:30:00+01:00        |
        | {Video.id}      | thumbnail    | kitchen/2_thumb.webp | 1500-02-28T12:00:00-05:30        |
        | {Video.id}      | optimized    | kitchen/2_opt.webp   | 2038-01-19T03:14:08Z             |
        | {Video.id}      | webp         | kitchen/2_full.webp  | 9999-12-31T23:59:59Z             |
      Then the answer is 200 and says updated, 5 created, 6 updated
      And each value comes back as it was sent
