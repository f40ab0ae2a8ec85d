@isolation
Feature: A member sees the records of its own organization
  Two organizations share one table. North and South are members of one each, and may do there what the editor may. What
  belongs to the other organization is for them as if it were not there.

  Background:
    Given these image_metadata are stored:
      | as     | organization_id      | key    | image_item_id | image_item_path      | description |
      | Cover  | {north.organization} | cover  | item-1        | s3://north/cover.jpg | ours        |
      | Detail | {north.organization} | detail | item-1        | s3://north/zoom.jpg  | ours        |
      | Secret | {south.organization} | cover  | item-1        | s3://south/cover.jpg | theirs      |

  @AC-931 @needs-records
  Rule: AC-931 A member reads, lists, counts and filters the records of its own organization only; totals, pages, statistics and order tell nothing of others

    @S-qm9b
    Scenario: A member reads its own record
      When the north reads Cover
      Then the answer is 200
      And the answer holds the stored record

    @S-uzxc
    Scenario: A member can't read a record of another organization
      When the north reads Secret
      Then the answer is 403 or 404

    @S-9uap
    Scenario: A list has a member's own records
      When the north lists image_metadata with:
        | image_item_id |
        | item-1        |
      Then the list is Cover, Detail
      And every list says that there are 2 in all

    @S-gsqf
    Scenario: The same list of another member has other records
      When the south lists image_metadata with:
        | image_item_id |
        | item-1        |
      Then the list is Secret
      And every list says that there are 1 in all

    @S-vvwh
    Scenario Outline: A list that is filtered by <filter> does not show another organization's record
      When the north lists image_metadata with:
        | image_item_id | <filter> |
        | item-1        | <value>  |
      Then the list is empty
      And every list says that there are 0 in all

      Examples: What only the other record has
        | filter                | value                |
        | organization_id       | {south.organization} |
        | id                    | {Secret.id}          |
        | image_item_path       | s3://south/cover.jpg |
        | description__contains | their                |

    @S-72v2
    Scenario: Pages have no gap where another organization's record would be
      When the north lists image_metadata with:
        | image_item_id | _sort            | _limit | _offset |
        | item-1        | -image_item_path | 1      | 0       |
        | item-1        | -image_item_path | 1      | 1       |
      Then the lists together are Detail, Cover, in this order
      And every list says that there are 2 in all

    @S-btpt
    Scenario: Statistics count a member's own records
      When the north groups image_metadata with:
        | group_by      |
        | image_item_id |
      Then among the groups are:
        | image_item_id | count |
        | item-1        | 2     |

    @S-besh
    Scenario: Statistics of another member count other records
      When the south groups image_metadata with:
        | group_by      |
        | image_item_id |
      Then among the groups are:
        | image_item_id | count |
        | item-1        | 1     |

    @S-5zce
    Scenario Outline: A member that <verb> another table is refused
      When the north <verb> contacts with:
        | <parameter> |
        | <value>     |
      Then the answer is 403 or 404

      Examples: Each call
        | verb   | parameter   | value     |
        | lists  | status      | active    |
        | groups | group_by    | status    |

    @S-aqqg
    Scenario: The description of another table is not a member's
      When the north asks for the description of contacts
      Then the answer is 403 or 404

  @AC-934
  Rule: AC-934 What a member is answered is the same whether a record of another organization is there or not

    @S-yf9g
    Scenario: An upsert says nothing about another organization's record
      When the north upserts what is Secret's, and what nobody has
      Then no answer says whether it is there

    @S-22vf @needs-records
    Scenario Outline: A member that <verb> by id learns nothing about another organization's record
      When the north <verb> what is Secret's, and what nobody has
      Then no answer says whether it is there

      Examples: Each call
        | verb    |
        | reads   |
        | changes |
        | deletes |

    @S-3tek @needs-records @needs-preconditions
    Scenario Outline: A member that <verb> by id under a tag learns nothing about another organization's record
      When the north <verb> what is Secret's, and what nobody has with If-Match "made-up"
      Then no answer says whether it is there

      Examples: Each call
        | verb    |
        | reads   |
        | changes |
        | deletes |

    @S-wtzc @needs-records
    Scenario: A plain create says nothing about another organization's record
      When the north creates what is Secret's, and what nobody has
      Then no answer says whether it is there
