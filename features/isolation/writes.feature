@isolation
Feature: A member writes the records of its own organization
  Two organizations share one table. A member may write there, but no request of its own reaches a record of the other
  organization: not by the key, not by the id, not among others in a batch.

  Background:
    Given these image_metadata are stored:
      | as     | organization_id      | key   | image_item_id | image_item_path      | alt_text  |
      | Cover  | {north.organization} | cover | item-1        | s3://north/cover.jpg | Our cover |
      | Secret | {south.organization} | cover | item-1        | s3://south/cover.jpg | A secret  |

  @AC-932
  Rule: AC-932 A write that names another organization, its record or another table is answered with 403 or 404, and nothing is written there

    @S-us9y
    Scenario: Another organization's record is not updated
      When the north upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id      | key   | image_item_id | image_item_path      |
        | {south.organization} | cover | item-1        | s3://north/spoof.jpg |
      Then the answer is 403 or 404
      And nothing has been written

    @S-3q9v
    Scenario: Nothing is created in another organization
      When the north upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id      | key    | image_item_id | image_item_path      |
        | {south.organization} | detail | item-1        | s3://north/spoof.jpg |
      Then the answer is 403 or 404
      And nothing has been written

    @S-7k89
    Scenario Outline: An organization whose name is longer is another one: <name>
      When the north upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id | key    | image_item_id | image_item_path      |
        | <name>          | detail | item-1        | s3://north/spoof.jpg |
      Then the answer is 403 or 404
      And nothing has been written

      Examples: At its beginning, and at its end
        | name                  |
        | {north.organization}2 |
        | 2{north.organization} |

    @S-jtew
    Scenario: Another table is not a member's
      When the north upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 403 or 404
      And nothing has been written

    @S-zrm9 @needs-records
    Scenario: Nothing is created in another organization without an upsert
      When the north creates in image_metadata:
        | organization_id      | key    | image_item_id | image_item_path      |
        | {south.organization} | detail | item-1        | s3://north/spoof.jpg |
      Then the answer is 403 or 404
      And nothing has been written

    @S-xgwr @needs-records
    Scenario: Another organization's record is not changed by its id
      When the north changes Secret:
        | alt_text |
        | Spoofed  |
      Then the answer is 403 or 404
      And Secret is as before

    @S-3wnk @needs-records
    Scenario: Another organization's record is not deleted
      When the north deletes Secret
      Then the answer is 403 or 404
      And Secret, Cover are as before

    @S-6p54 @needs-records
    Scenario: A member deletes its own record
      When the south deletes Secret
      Then the answer is 204
      And Secret is gone
      And Cover is as before

  @AC-933
  Rule: AC-933 The same item of two organizations is two records, and neither member's write touches the other's

    @S-u6zk
    Scenario: Two members create the same item
      When the north, then the south upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id      | key    | image_item_id | image_item_path       |
        | {north.organization} | banner | item-2        | s3://north/banner.jpg |
        | {south.organization} | banner | item-2        | s3://south/banner.jpg |
      Then the answer is 200 and says created, created
      And every answer has an id of its own
      And these image_metadata are now stored:
        | organization_id      | key    | image_item_id | image_item_path       |
        | {north.organization} | banner | item-2        | s3://north/banner.jpg |
        | {south.organization} | banner | item-2        | s3://south/banner.jpg |

    @S-b4by
    Scenario: Two members update the same item
      When the north, then the south upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id      | key   | image_item_id | image_item_path    |
        | {north.organization} | cover | item-1        | s3://north/new.jpg |
        | {south.organization} | cover | item-1        | s3://south/new.jpg |
      Then the answer is 200 and says updated, updated
      And these image_metadata are now stored:
        | as     | organization_id      | key   | image_item_id | image_item_path    | alt_text  |
        | Cover  | {north.organization} | cover | item-1        | s3://north/new.jpg | Our cover |
        | Secret | {south.organization} | cover | item-1        | s3://south/new.jpg | A secret  |

    @S-rx7m
    Scenario: A member's update leaves the other's record
      When the north upserts into image_metadata by organization_id, key, image_item_id:
        | organization_id      | key   | image_item_id | image_item_path    |
        | {north.organization} | cover | item-1        | s3://north/new.jpg |
      Then the answer is 200 and says updated
      And Secret is as before

    @S-6uu8 @needs-batch
    Scenario: A batch of a member leaves the other's record
      When the north upserts a batch into image_metadata by organization_id, key, image_item_id:
        | organization_id      | key    | image_item_id | image_item_path    |
        | {north.organization} | cover  | item-1        | s3://north/new.jpg |
        | {north.organization} | detail | item-1        | s3://north/zoom.jpg |
      Then the answer is 200 and says updated, created
      And Secret is as before

  @AC-935 @needs-records
  Rule: AC-935 No update moves a record into another organization

    @S-pc86
    Scenario: A partial update does not move a record
      When the north changes Cover:
        | organization_id      |
        | {south.organization} |
      Then the answer is 400 or 403 or 404 or 409 or 422
      And Cover, Secret are as before

    @S-2dgb
    Scenario: A partial update does not move a record to a free key
      When the north changes Cover:
        | organization_id      | key     | alt_text |
        | {south.organization} | another | Moved    |
      Then the answer is 400 or 403 or 404 or 409 or 422
      And Cover, Secret are as before

    @S-5pfv
    Scenario: A partial update that names the member's own organization is done
      When the north changes Cover:
        | organization_id      | alt_text |
        | {north.organization} | Renamed  |
      Then the answer is 200
      And these image_metadata are now stored:
        | as    | organization_id      | key   | image_item_id | alt_text |
        | Cover | {north.organization} | cover | item-1        | Renamed  |

    @S-cb9m @needs-conflict
    Scenario: An upsert that sets another organization on a match does not move a record
      When the north upserts into image_metadata by organization_id, key, image_item_id and on a match sets organization_id to {south.organization}, key to another:
        | organization_id      | key   | image_item_id | image_item_path      |
        | {north.organization} | cover | item-1        | s3://north/cover.jpg |
      Then the answer is 400 or 403 or 404 or 409 or 422
      And Cover, Secret are as before

    @S-y4rf @needs-transactions
    Scenario: An update in a transaction does not move a record
      When the north changes Cover in a transaction:
        | organization_id      | key     |
        | {south.organization} | another |
      Then the transaction is refused
      And Cover, Secret are as before

  @AC-936
  Rule: AC-936 In a batch and in a transaction one record of another organization refuses all

    @S-gam7 @needs-batch
    Scenario Outline: A batch with another organization's record <place> is refused
      When the north upserts a batch into image_metadata by organization_id, key, image_item_id:
        | organization_id | key    | image_item_id | image_item_path      |
        | <first>         | cover  | item-1        | s3://north/new.jpg   |
        | <second>        | detail | item-1        | s3://north/zoom.jpg  |
      Then the answer is 403 or 404
      And nothing has been written

      Examples: Each place
        | place | first                | second               |
        | first | {south.organization} | {north.organization} |
        | last  | {north.organization} | {south.organization} |

    @S-4ugy @needs-transactions
    Scenario: An upsert into another organization refuses the transaction
      When the north upserts in a transaction into image_metadata by organization_id, key, image_item_id:
        | organization_id      | key    | image_item_id | image_item_path      |
        | {north.organization} | detail | item-1        | s3://north/zoom.jpg  |
        | {south.organization} | cover  | item-1        | s3://north/spoof.jpg |
      Then the answer is 403 or 404
      And nothing has been written

    @S-frb9 @needs-transactions @needs-records
    Scenario: A change of another organization's record refuses the transaction
      When the north changes Cover, Secret in a transaction:
        | alt_text |
        | Ours     |
        | Spoofed  |
      Then the answer is 403 or 404
      And Cover, Secret are as before

    @S-xubq @needs-transactions @needs-records
    Scenario: A deletion of another organization's record refuses the transaction
      When the north sends the transaction:
        """
        [
          {"op": "delete", "table": "image_metadata", "id": "{Cover.id}"},
          {"op": "delete", "table": "image_metadata", "id": "{Secret.id}"}
        ]
        """
      Then the answer is 403 or 404
      And Cover, Secret are as before

    @S-nurk @needs-transactions
    Scenario: A create in another organization refuses the transaction
      When the north creates in a transaction in image_metadata:
        | organization_id      | key    | image_item_id | image_item_path      |
        | {north.organization} | detail | item-1        | s3://north/zoom.jpg  |
        | {south.organization} | detail | item-1        | s3://north/spoof.jpg |
      Then the answer is 403 or 404
      And nothing has been written
