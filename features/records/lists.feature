@records
Feature: Lists of records
  A list has every requested record once, in order, and no others.

  Background:
    Given these users are stored:
      | as   | email            | name |
      | Mira | mira@example.com | Mira |
    And these projects are stored:
      | as    | name       | description | status    | validation_score | user_id   |
      | Atlas | Atlas lamp | Maps        | draft     | 9                | {Mira.id} |
      | Bolt  | Bolt       | null        | draft     | 60               | {Mira.id} |
      | Comet | Comet Lamp | Sky         | active    | 60               | {Mira.id} |
      | Delta | Delta lamp | Water       | completed | null             | {Mira.id} |
      | Ember | Ember      | Fire        | active    | 100              | {Mira.id} |

  @AC-603 @defines-total
  Rule: AC-603 Pages follow each other without gaps or overlaps

    @S-rknm
    Scenario: Three pages of two
      When the editor lists projects with:
        | user_id   | _sort | _limit | _offset |
        | {Mira.id} | name  | 2      | 0       |
        | {Mira.id} | name  | 2      | 2       |
        | {Mira.id} | name  | 2      | 4       |
      Then the lists together are Atlas, Bolt, Comet, Delta, Ember, in this order
      And every list says that there are 5 in all

    @S-rduh
    Scenario: Pages of records with equal sort values do not overlap
      When the editor lists projects with:
        | user_id   | _sort   | _limit | _offset |
        | {Mira.id} | user_id | 3      | 0       |
        | {Mira.id} | user_id | 3      | 3       |
      Then the lists together are Atlas, Bolt, Comet, Delta, Ember
      And every list says that there are 5 in all

    @S-2mk6
    Scenario: A page after the last record is empty
      When the editor lists projects with:
        | user_id   | _limit | _offset |
        | {Mira.id} | 1000   | 5       |
      Then the list is empty
      And every list says that there are 5 in all

    @S-44xh
    Scenario Outline: The page parameter <parameter> can't be <value>
      When the editor lists projects with:
        | user_id   | <parameter> |
        | {Mira.id} | <value>     |
      Then the answer is 400

      Examples: Out of range, and no number
        | parameter | value |
        | _limit    | 1001  |
        | _limit    | -1    |
        | _offset   | many  |

    @S-ecvf @needs-batch
    Scenario: A limit of 1,000 is not a smaller one
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And 260 numbered transactions of Main are stored
      When the editor lists transactions with:
        | account_id | _limit |
        | {Main.id}  | 1000   |
      Then the answer is 200
      And the list has 260 records
      And every list says that there are 260 in all

    @S-nx7r
    Scenario: A list without a limit has 50 records
      Given 55 numbered contacts are stored
      When the editor lists contacts with:
        | email__contains |
        | @example.com    |
      Then the list has 50 records
      And every list says that there are 55 in all

  @AC-604 @defines-filters
  Rule: AC-604 A list has exactly the records that pass all filters

    @S-gvdu
    Scenario Outline: The filter <parameter> <value>
      When the editor lists projects with:
        | user_id   | <parameter> |
        | {Mira.id} | <value>     |
      Then the list is <names>
      And every list says that there are <total> in all

      Examples: Each operator
        | parameter                | value        | names                | total |
        | status                   | active       | Comet, Ember         | 2     |
        | status__eq               | draft        | Atlas, Bolt          | 2     |
        | status__ne               | draft        | Comet, Delta, Ember  | 3     |
        | validation_score__gt     | 60           | Ember                | 1     |
        | validation_score__gte    | 60           | Bolt, Comet, Ember   | 3     |
        | validation_score__lt     | 60           | Atlas                | 1     |
        | validation_score__lte    | 60           | Atlas, Bolt, Comet   | 3     |
        | name__contains           | lamp         | Atlas, Delta         | 2     |
        | name__contains           | %            | empty                | 0     |
        | status__in               | draft,completed | Atlas, Bolt, Delta | 3     |
        | name__in                 | a,b,c,d,e,f,g,h,i,j,k,Ember | Ember | 1     |
        | validation_score__isnull | true         | Delta                | 1     |
        | description__isnull      | false        | Atlas, Comet, Delta, Ember | 4 |
        | validation_score__ne     | 9            | Bolt, Comet, Ember   | 3     |
        | description__ne          | Maps         | Comet, Delta, Ember  | 3     |
        | name__starts_with        | Comet        | Comet                | 1     |
        | name__starts_with        | amp          | empty                | 0     |
        | name__starts_with        | comet        | empty                | 0     |
        | name__starts_with        | %            | empty                | 0     |
        | name__starts_with        | _            | empty                | 0     |
        | name__contains           | _            | empty                | 0     |
        | name__contains           | A_las        | empty                | 0     |
        | description__starts_with | S            | Comet                | 1     |
        | id                       | {Bolt.id}    | Bolt                 | 1     |
        | name__gt                 | Bolt         | Comet, Delta, Ember  | 3     |

    @S-z2ej
    Scenario Outline: The <role> may list records, whatever is in them
      Given these contacts are stored:
        | as    | email             | name         | status   | vip   |
        | Ada   | ada@example.com   | Ada Lovelace | inactive | false |
        | Grace | grace@example.com | Grace Hopper | pending  | true  |
        | Alan  | alan@example.com  | Alan Turing  | active   |       |
      When the <role> lists contacts with:
        | email__in                              |
        | {Ada.email},{Grace.email},{Alan.email} |
      Then the list is Ada, Grace, Alan

      Examples: Who may not write all
        | role    |
        | viewer  |
        | creator |
        | updater |

    @S-y3zf
    Scenario: A search by name and score
      When the editor lists projects with:
        | user_id   | name__contains | validation_score__gte |
        | {Mira.id} | Lamp           | 50                    |
      Then the list is Comet

    @S-mxy7
    Scenario: A user's active projects
      When the editor lists projects with:
        | user_id   | status |
        | {Mira.id} | active |
      Then the list is Comet, Ember

    @S-ekf3
    Scenario: White space in a filter counts
      Given these projects are stored:
        | as     | name        | user_id   |
        | Spaced | `" Atlas "` | {Mira.id} |
      When the editor lists projects with:
        | user_id   | name          |
        | {Mira.id} | {Spaced.name} |
      Then the list is Spaced

    @S-8e9h
    Scenario: A range of scores
      When the editor lists projects with:
        | user_id   | validation_score__gt | validation_score__lt |
        | {Mira.id} | 9                    | 100                  |
      Then the list is Bolt, Comet

    @S-jkxt
    Scenario Outline: <parameter> is not a filter
      When the editor lists projects with:
        | user_id   | <parameter> |
        | {Mira.id} | <value>     |
      Then the answer is 400

      Examples: Unknown fields, operators and parameters
        | parameter              | value |
        | nickname               | x     |
        | status__like           | dr    |
        | _unknown               | 1     |

    @S-k5nh @needs-batch
    Scenario: What a batch has written is found by each of its values
      When the editor upserts a batch into contacts by email:
        | email              | name            | notes          | age | vip   | birthday   |
        | oona@example.com   | Straße          | 50% of "it"    | 0   | false | 1500-02-28 |
        | ada@example.com    | `"x" 300 times` | 0              | 36  | true  | 9999-12-31 |
        | ada+b@example.com  | 010             | null           | 5   |       |            |
        | eve@example.com    | a, b & c+d %41  | `"null"`       | -0  |       |            |
        | flo@example.com    | `"e\\u0301"`    | true           |     |       | 1969-12-31 |
      Then the answer is 200 and says 5 created
      And each value comes back as it was sent, in lists too

    @S-f5af
    Scenario Outline: Where the editor <way>, lists find each value
      When the editor <way>:
        | email              | name            | notes       | age | vip   | birthday   |
        | oona@example.com   | Straße          | 50% of "it" | 0   | false | 1500-02-28 |
        | ada@example.com    | `"x" 300 times` | 0           | 36  | true  | 9999-12-31 |
      Then each value comes back as it was sent, in lists too

      Examples: One at a time
        | way                            |
        | upserts into contacts by email |
        | creates in contacts            |

    @S-ksr7 @needs-transactions
    Scenario: What a transaction has written is found by each of its values
      When the editor upserts in a transaction into contacts by email:
        | email              | name            | notes       | age | vip   | birthday   |
        | oona@example.com   | Straße          | 50% of "it" | 0   | false | 1500-02-28 |
        | ada@example.com    | `"x" 300 times` | 0           | 36  | true  | 9999-12-31 |
      Then the answer is 200 and says 2 created
      And each value comes back as it was sent, in lists too

    @S-mdaf
    Scenario Outline: A deleted record is not listed where <parameter> is <value>
      Given the editor has listed projects with:
        | user_id   | <parameter> |
        | {Mira.id} | <value>     |
      And Comet has been deleted
      When the editor lists projects with:
        | user_id   | <parameter> |
        | {Mira.id} | <value>     |
      Then the list is <names>
      And every list says that there are <total> in all

      Examples: What it had
        | parameter             | value | names       | total |
        | name__contains        | Lamp  | empty       | 0     |
        | status                | active | Ember      | 1     |
        | validation_score__gte | 60    | Bolt, Ember | 2     |

  @AC-605 @defines-order
  Rule: AC-605 A list is sorted as requested

    @S-uutc
    Scenario Outline: Sorted by <sort>
      When the editor lists projects with:
        | user_id   | name__ne   | _sort  |
        | {Mira.id} | Comet Lamp | <sort> |
      Then the list is <names>, in this order

      Examples: Up, down, with a null
        | sort              | names                      |
        | name              | Atlas, Bolt, Delta, Ember  |
        | -name             | Ember, Delta, Bolt, Atlas  |
        | validation_score  | Delta, Atlas, Bolt, Ember  |
        | user_id,-name     | Ember, Delta, Bolt, Atlas  |

    @S-bq6c
    Scenario Outline: Sorted by time: <sort>
      When the editor lists projects with:
        | user_id   | _sort  |
        | {Mira.id} | <sort> |
      Then the list is <names>, in this order

      Examples: The oldest first, the newest first
        | sort        | names                             |
        | created_at  | Atlas, Bolt, Comet, Delta, Ember  |
        | -created_at | Ember, Delta, Comet, Bolt, Atlas  |
        | updated_at  | Atlas, Bolt, Comet, Delta, Ember  |

    @S-3qpu
    Scenario: Records are sorted before they are paged
      Given these conversations are stored:
        | as     | project_id | title  |
        | First  | {Atlas.id} | First  |
        | Second | {Atlas.id} | Second |
        | Third  | {Atlas.id} | Third  |
      When the editor lists conversations with:
        | project_id | _sort  | _limit |
        | {Atlas.id} | -title | 2      |
      Then the list is Third, Second, in this order

    @S-yjv2
    Scenario: Filtered records are sorted
      When the editor lists projects with:
        | user_id   | status | _sort             |
        | {Mira.id} | active | -validation_score |
      Then the list is Ember, Comet, in this order

    @S-a595
    Scenario: An unknown sort field is refused
      When the editor lists projects with:
        | user_id   | _sort    |
        | {Mira.id} | nickname |
      Then the answer is 400

  @AC-606 @defines-chosen
  Rule: AC-606 A list shows the chosen fields and the id

    @S-vkdv
    Scenario: A list with chosen fields, a protected one among them
      When the editor lists projects with:
        | user_id   | status | _fields                |
        | {Mira.id} | draft  | name,status,created_at |
      Then the list is Atlas, Bolt
      And each listed record has just the fields id, name, status, created_at

    @S-e7t5
    Scenario: The id is always included
      When the editor lists projects with:
        | user_id   | status | _fields |
        | {Mira.id} | draft  | name    |
      Then the list is Atlas, Bolt
      And each listed record has just the fields id, name

    @S-c5fa
    Scenario: An unknown field can't be chosen
      When the editor lists projects with:
        | user_id   | _fields       |
        | {Mira.id} | name,nickname |
      Then the answer is 400

  @AC-607 @defines-children
  Rule: AC-607 A list nests the requested children

    Background:
      Given these conversations are stored:
        | as     | project_id | title  |
        | First  | {Atlas.id} | `"<b>First</b> & \"last\""` |
        | Second | {Atlas.id} | Second |
        | Third  | {Bolt.id}  | Third  |

    @S-cwn6
    Scenario: Projects with their conversations
      When the editor lists projects with:
        | user_id   | _include      |
        | {Mira.id} | conversations |
      Then the list is Atlas, Bolt, Comet, Delta, Ember
      And in the list Atlas holds the conversations First, Second
      And in the list Bolt holds the conversations Third
      And in the list Comet holds the conversations none

    @S-uq9f
    Scenario: Children do not duplicate their parents
      When the editor lists projects with:
        | user_id   | status | _include      |
        | {Mira.id} | draft  | conversations |
      Then the list is Atlas, Bolt
      And every list says that there are 2 in all

    @S-7f3g
    Scenario: A page counts parents, not children
      When the editor lists projects with:
        | user_id   | _sort | _limit | _include      |
        | {Mira.id} | name  | 2      | conversations |
      Then the list is Atlas, Bolt, in this order
      And in the list Atlas holds the conversations First, Second
      And in the list Bolt holds the conversations Third

    @S-9adv
    Scenario: A list with two kinds of children
      Given these artifacts are stored:
        | as   | project_id | type | content |
        | Plan | {Atlas.id} | plan | Draw    |
      When the editor lists projects with:
        | user_id   | status | _include                |
        | {Mira.id} | draft  | conversations,artifacts |
      Then in the list Atlas holds the conversations First, Second
      And in the list Atlas holds the artifacts Plan
      And in the list Bolt holds the artifacts none

    @S-h3cz @needs-batch
    Scenario: However many children a parent has, they are all nested
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And 101 numbered transactions of Main are stored
      When the editor lists accounts with:
        | name        | _include     |
        | {Main.name} | transactions |
      Then in the list Main holds all 101 transactions

    @S-3mxu
    Scenario: A table that is not a child can't be included
      When the editor lists projects with:
        | user_id   | _include |
        | {Mira.id} | messages |
      Then the answer is 400

    @S-jszu
    Scenario: What was nested before is nested as it is now
      Given the editor has listed projects with:
        | id         | _include      |
        | {Atlas.id} | conversations |
      When the editor changes First, Second:
        | title   | project_id |
        | Changed | {Atlas.id} |
        | Second  | {Bolt.id}  |
      Then the answer is 200
      And each value comes back as it was sent, in lists too

    @S-fdup @needs-transactions
    Scenario: What was nested before is nested as a transaction leaves it
      Given the editor has listed projects with:
        | id         | _include      |
        | {Atlas.id} | conversations |
      When the editor changes First, Second in a transaction:
        | title   | project_id |
        | Changed | {Atlas.id} |
        | Second  | {Bolt.id}  |
      Then the answer is 200 and says 2 updated
      And each value comes back as it was sent, in lists too

    @S-sdq3 @needs-batch
    Scenario: What was nested before is nested as a batch leaves it
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount |
        | Sale | tx-1      | {Main.id}  | 2024-01-15 | 1.00   |
      And the editor has listed accounts with:
        | id        | _include     |
        | {Main.id} | transactions |
      When the editor upserts a batch into transactions by reference:
        | reference | account_id | date       | amount |
        | tx-1      | {Main.id}  | 2024-01-16 | 9.00   |
        | tx-2      | {Main.id}  | 2024-01-16 | 3.00   |
      Then the answer is 200 and says updated, created
      And each value comes back as it was sent, in lists too

    @S-2sec
    Scenario: New children are nested with the values that were sent
      When the editor creates in projects:
        | name   | user_id   | validation_score | collected_data                         |
        | Frost  | {Mira.id} | 0                | {"notes": {"0": "a", "1": [null, {}]}} |
        | Garnet | {Mira.id} | -5               | {"useCases": []}                       |
      Then each value comes back as it was sent, in lists too

  @AC-610 @defines-groups
  Rule: AC-610 Counts and averages by group

    @S-7rhn
    Scenario: A user's projects are counted with their average score
      When the editor groups projects with:
        | group_by | avg              |
        | user_id  | validation_score |
      Then among the groups are:
        | user_id   | count | avg_validation_score |
        | {Mira.id} | 5     | 57.25                |

    @S-ywh2
    Scenario: Groups with only a count
      When the editor groups projects with:
        | group_by |
        | user_id  |
      Then among the groups are:
        | user_id   | count |
        | {Mira.id} | 5     |

    @S-xnuw
    Scenario: Each user is a group, and one without scores has no average, which is not 0
      Given these users are stored:
        | as   | email            | name |
        | Theo | theo@example.com | Theo |
        | Zoe  | zoe@example.com  | Zoe  |
      And these projects are stored:
        | as   | name | validation_score | user_id   |
        | Frost | Frost | null            | {Theo.id} |
        | Glow  | Glow  | 0               | {Zoe.id}  |
      When the editor groups projects with:
        | group_by | avg              |
        | user_id  | validation_score |
      Then among the groups are:
        | user_id   | count | avg_validation_score |
        | {Mira.id} | 5     | 57.25                |
        | {Theo.id} | 1     | null                 |
        | {Zoe.id}  | 1     | 0                    |

    @S-qdz2
    Scenario: Each status is one group
      When the editor groups projects with:
        | group_by | avg              |
        | status   | validation_score |
      Then among the groups are:
        | status    |
        | draft     |
        | active    |
        | completed |

    @S-ntfm
    Scenario Outline: Only the records that pass <parameter> <value> are counted
      When the editor groups projects with:
        | group_by | avg              | user_id   | <parameter> |
        | user_id  | validation_score | {Mira.id} | <value>     |
      Then among the groups are:
        | user_id   | count   | avg_validation_score |
        | {Mira.id} | <count> | <average>            |

      Examples: The filters of a list
        | parameter                | value           | count | average |
        | status                   | active          | 2     | 80      |
        | status__in               | draft,completed | 3     | 34.5    |
        | validation_score__gt     | 60              | 1     | 100     |
        | validation_score__isnull | true            | 1     | null    |
        | name__starts_with        | Ember           | 1     | 100     |

    @S-dr9b
    Scenario: Groups of filtered records have their own counts, and no group is empty
      When the editor groups projects with:
        | group_by | avg              | user_id   |
        | status   | validation_score | {Mira.id} |
      Then the groups are:
        | status    | count | avg_validation_score |
        | draft     | 2     | 34.5                 |
        | active    | 2     | 80                   |
        | completed | 1     | null                 |

    @S-ju53
    Scenario: A group without a record that passes the filters is not listed
      When the editor groups projects with:
        | group_by | user_id   | status__ne |
        | status   | {Mira.id} | draft      |
      Then the groups are:
        | status    | count |
        | active    | 2     |
        | completed | 1     |

    @S-kkbd
    Scenario Outline: <parameter> is not a filter of groups
      When the editor groups projects with:
        | group_by | <parameter> |
        | status   | <value>     |
      Then the answer is 400

      Examples: An unknown field, operator and option
        | parameter    | value |
        | nickname     | x     |
        | status__like | dr    |
        | _limit       | 1     |

    @S-etnr
    Scenario: Records without a value are a group too, and not that of false
      Given these contacts are stored:
        | as    | email             | name         | vip   |
        | Ada   | ada@example.com   | Ada Lovelace | false |
        | Grace | grace@example.com | Grace Hopper |       |
        | Alan  | alan@example.com  | Alan Turing  | true  |
      When the editor groups contacts with:
        | group_by | email__in                              |
        | vip      | {Ada.email},{Grace.email},{Alan.email} |
      Then the groups are:
        | vip   | count |
        | true  | 1     |
        | false | 1     |
        | null  | 1     |

    @S-aheq
    Scenario: Empty text is a group, null is another, and the words for null are more
      Given these projects are stored:
        | as    | name  | description | status | user_id   |
        | Frost | Frost | `""`        | draft  | {Mira.id} |
        | Glow  | Glow  | `"Maps "`   | draft  | {Mira.id} |
        | Hail  | Hail  | `"null"`    | draft  | {Mira.id} |
        | Iris  | Iris  | None        | draft  | {Mira.id} |
      When the editor groups projects with:
        | group_by    | user_id   | status |
        | description | {Mira.id} | draft  |
      Then the groups are:
        | description | count |
        | Maps        | 1     |
        | `"Maps "`   | 1     |
        | `"null"`    | 1     |
        | None        | 1     |
        | `""`        | 1     |
        | null        | 1     |

    @S-p7xu
    Scenario: A number is a group as a number
      When the editor groups projects with:
        | group_by         | user_id   | status |
        | validation_score | {Mira.id} | active |
      Then the groups are:
        | validation_score | count |
        | 60               | 1     |
        | 100              | 1     |

    @S-2r8g
    Scenario: However many groups there are, each is listed
      Given 55 numbered contacts are stored
      When the editor groups contacts with:
        | group_by | email__contains |
        | notes    | @example.com    |
      Then the answer is 200
      And among the groups are:
        | notes   |
        | note 1  |
        | note 21 |
        | note 34 |
        | note 55 |

    @S-vrpm
    Scenario: What was counted before is counted as it is now
      Given these contacts are stored:
        | as    | email             | name         | age | vip   |
        | Ada   | ada@example.com   | Ada Lovelace | 36  | false |
        | Grace | grace@example.com | Grace Hopper | 85  | true  |
      And the editor has grouped contacts with:
        | group_by | avg | email__in                 |
        | vip      | age | {Ada.email},{Grace.email} |
      And Ada has been changed to have age 37
      When the editor groups contacts with:
        | group_by | avg | email__in                 |
        | vip      | age | {Ada.email},{Grace.email} |
      Then the answer is 200
      And the groups are:
        | vip   | count | avg_age |
        | true  | 1     | 85      |
        | false | 1     | 37      |

    @S-37tn
    Scenario: Amounts have an average
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount |
        | Fee  | tx-1      | {Main.id}  | 2024-01-15 | 2.50   |
        | Sale | tx-2      | {Main.id}  | 2024-01-15 | 10.00  |
      When the editor groups transactions with:
        | group_by   | avg    | account_id |
        | account_id | amount | {Main.id}  |
      Then the answer is 200
      And the groups are:
        | account_id | count | avg_amount |
        | {Main.id}  | 2     | 6.25       |

    @S-zn6k
    Scenario Outline: Groups by <field> with the average of <number> are refused
      When the editor groups projects with:
        | group_by | avg      |
        | <field>  | <number> |
      Then the answer is 400

      Examples: Unknown fields
        | field    | number           |
        | nickname | validation_score |
        | status   | nickname         |

    @S-a3wg
    Scenario Outline: The average of <field> is refused, or the records are counted
      When the editor groups projects with:
        | group_by | avg     | user_id   |
        | status   | <field> | {Mira.id} |
      Then the answer is 400, or the groups count 5 records

      Examples: Fields that have no numbers
        | field      |
        | name       |
        | status     |
        | created_at |

    @S-shf4
    Scenario: Groups by no field may be refused
      When the viewer groups projects with:
        | group_by |
        |          |
      Then the answer is 200 or 400

    @S-9zjs
    Scenario Outline: The <role> may count records
      When the <role> groups projects with:
        | group_by | user_id   |
        | user_id  | {Mira.id} |
      Then the groups are:
        | user_id   | count |
        | {Mira.id} | 5     |

      Examples: Who may not write all
        | role    |
        | viewer  |
        | creator |
        | updater |

    @S-zce6
    Scenario: A deleted record is not counted
      Given Ember has been deleted
      When the editor groups projects with:
        | group_by | avg              |
        | user_id  | validation_score |
      Then among the groups are:
        | user_id   | count | avg_validation_score |
        | {Mira.id} | 4     | 43                   |
