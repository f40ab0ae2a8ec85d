@integrity
Feature: Dependent records survive an upsert
  A server that deletes a record and inserts it again deletes its children too. An update in place does not.

  @AC-404 @defines-cascade
  Rule: AC-404 Deleting a parent deletes its children

    Background:
      Given these category_templates are stored:
        | as     | name   | version |
        | Budget | Budget | 1       |
        | Other  | Other  | 1       |
      And these categories are stored:
        | as     | template_id | name   |
        | Food   | {Budget.id} | Food   |
        | Travel | {Other.id}  | Travel |
      And these rules are stored:
        | as     | category_id | pattern |
        | Bakery | {Food.id}   | bakery% |
        | Train  | {Travel.id} | train%  |

    @S-wbuz
    Scenario: Deleting a parent deletes its children and grandchildren
      When the editor deletes Budget
      Then the answer is 204
      And Budget, Food, Bakery are gone
      And Other, Travel, Train are as before

    @S-qyx9
    Scenario: Deleting one of two parents deletes the child
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount |
        | Sale | tx-1      | {Main.id}  | 2024-01-15 | 1.00   |
      And these transaction_category_mappings are stored:
        | as   | transaction_id | ledger_id | category_id |
        | Sold | {Sale.id}      | ledger-1  | {Food.id}   |
      When the editor deletes Food
      Then Food, Bakery, Sold are gone
      And Main, Sale, Budget, Other, Travel, Train are as before

    @S-895h @needs-transactions
    Scenario: Deleting a parent in a transaction deletes its children and grandchildren
      When the editor sends the transaction:
        """
        [{"op": "delete", "table": "category_templates", "id": "{Budget.id}"}]
        """
      Then the answer is 200 and says deleted
      And Budget, Food, Bakery are gone
      And Other, Travel, Train are as before

    @S-t5h5
    Scenario: A child that was moved stays when its former parent is deleted
      Given these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
        | Main    | Main 1  | EUR      |
      And these raw_transactions are stored:
        | as   | reference | account_id   |
        | Loaf | raw-1     | {Savings.id} |
      And Loaf has been changed to have account_id {Main.id}
      When the editor deletes Savings
      Then Savings is gone
      And Main, Loaf are as before

    @S-jc2t
    Scenario: Deleting a child leaves its parent and siblings
      When the editor deletes Food
      Then the answer is 204
      And Food, Bakery are gone
      And Budget, Other, Travel, Train are as before

    @S-z9jd
    Scenario: Deleting a grandchild deletes nothing else
      When the editor deletes Bakery
      Then the answer is 204
      And Bakery is gone
      And Budget, Food, Travel, Train are as before

    @S-9535
    Scenario: Deleting an account deletes its records
      Given these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
      And these transactions are stored:
        | as   | reference | account_id   | date       | amount |
        | Loaf | tx-1      | {Savings.id} | 2024-01-15 | 12.50  |
      And these raw_transactions are stored:
        | as  | reference | account_id   |
        | Raw | raw-1     | {Savings.id} |
      And these import_batches are stored:
        | as    | reference | account_id   |
        | Batch | batch-1   | {Savings.id} |
      When the editor deletes Savings
      Then Savings, Loaf, Raw, Batch are gone

    @S-rehd @needs-batch
    Scenario: However many children a parent has, they are all deleted
      Given these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
      And 101 numbered transactions of Savings are stored
      When the editor deletes Savings
      Then the answer is 204
      And Savings, tx_1, tx_50, tx_101 are gone
      And Other, Travel are as before

    @S-pha6
    Scenario: The key of a child that was deleted with its parent is free again
      Given these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
        | Second  | Second  | EUR      |
      And these transactions are stored:
        | as   | reference | account_id   | date       | amount | notes |
        | Loaf | tx-1      | {Savings.id} | 2024-01-15 | 12.50  | rye   |
      And Savings has been deleted
      When the editor upserts into transactions by reference:
        | reference | account_id  | date       | amount | notes |
        | tx-1      | {Second.id} | 2024-02-29 | 1.00   | null  |
      Then the answer is 200 and says created
      And every answer has an id of its own

  @AC-401
  Rule: AC-401 Children survive the upsert of their parent, with their ids

    Background:
      Given deleting a template deletes its categories
      And these category_templates are stored:
        | as     | name   | version |
        | Budget | Budget | 1       |
      And these categories are stored:
        | as     | template_id | name   |
        | Food   | {Budget.id} | Food   |
        | Travel | {Budget.id} | Travel |

    @S-3gy8
    Scenario: A new version of a template keeps its categories
      When the editor upserts into category_templates by name:
        | name   | version |
        | Budget | 2       |
      Then the answer is 200 and says updated
      And each value comes back as it was sent
      And these category_templates are now stored:
        | as     | name   | version |
        | Budget | Budget | 2       |
      And Food, Travel are as before

    @S-rhn7
    Scenario: A template keeps its categories over several upserts
      When the editor upserts into category_templates by name:
        | name   | version |
        | Budget | 2       |
        | Budget | 2       |
        | Budget | 3       |
      Then the answer is 200 and says updated, updated, updated
      And Food, Travel are as before

    @S-zhzk
    Scenario: Upserting one variant leaves the asset's other variant
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path         |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp |
        | Full  | {Photo.id}      | webp         | kitchen/1_full.webp  |
      When the editor upserts into asset_variants by parent_asset_id, variant_type:
        | parent_asset_id | variant_type | storage_path         | file_size |
        | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | 24000     |
      Then the answer is 200 and says updated
      And Photo, Full are as before

  @AC-402
  Rule: AC-402 Grandchildren survive the upsert of their grandparent and of their parent

    Background:
      Given deleting a template deletes its categories
      And these category_templates are stored:
        | as     | name   | version |
        | Budget | Budget | 1       |
      And these categories are stored:
        | as   | template_id | name |
        | Food | {Budget.id} | Food |
      And these rules are stored:
        | as     | category_id | pattern |
        | Bakery | {Food.id}   | bakery% |
        | Market | {Food.id}   | market% |

    @S-gx4f
    Scenario: The rules of a template's categories survive its upsert
      When the editor upserts into category_templates by name:
        | name   | version |
        | Budget | 2       |
      Then the answer is 200 and says updated
      And Food, Bakery, Market are as before

    @S-5jys
    Scenario: The rules of a category survive the category's upsert
      When the editor upserts into categories by template_id, name:
        | template_id | name |
        | {Budget.id} | Food |
      Then the answer is 200 and says updated
      And each value comes back as it was sent
      And Budget, Bakery, Market are as before

    @S-jxa7
    Scenario: A rule of another category stays, with the same pattern
      Given these categories are stored:
        | as     | template_id | name   |
        | Travel | {Budget.id} | Travel |
      When the editor upserts into rules by category_id, pattern:
        | category_id | pattern |
        | {Travel.id} | bakery% |
        | {Travel.id} | bakery% |
      Then the answer is 200 and says created, updated
      And Bakery, Market, Food are as before

    @S-5e6u
    Scenario: A rule and its siblings survive the rule's upsert
      When the editor upserts into rules by category_id, pattern:
        | category_id | pattern |
        | {Food.id}   | bakery% |
      Then the answer is 200 and says updated
      And each value comes back as it was sent
      And Bakery keeps id, category_id, created_at
      And Budget, Food, Market are as before

  @AC-403
  Rule: AC-403 A reference to a record that does not exist is refused, and nothing is written

    Background:
      Given these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
        | Closed  | Closed  | EUR      |
      And these transactions are stored:
        | as     | reference | account_id   | date       | amount |
        | Bakery | tx-1      | {Savings.id} | 2024-01-15 | 12.50  |

    @S-34yj
    Scenario: A transaction of a deleted account can't be created
      Given Closed has been deleted
      When the editor upserts into transactions by reference:
        | reference | account_id  | date       | amount |
        | tx-2      | {Closed.id} | 2024-01-16 | 1.00   |
      Then the request is refused
      And no record in transactions has reference tx-2
      And Bakery, Savings are as before

    @S-vveq
    Scenario: A transaction can't be moved to a deleted account
      Given Closed has been deleted
      When the editor upserts into transactions by reference:
        | reference | account_id  | amount |
        | tx-1      | {Closed.id} | 99.00  |
      Then the request is refused
      And Bakery, Savings are as before

    @S-75sj
    Scenario Outline: Each of two references needs its record: <gone> is deleted
      Given these category_templates are stored:
        | as      | name    |
        | Monthly | Monthly |
      And these categories are stored:
        | as   | template_id  | name |
        | Food | {Monthly.id} | Food |
      And <gone> has been deleted
      When the editor upserts into transaction_category_mappings by transaction_id, ledger_id:
        | transaction_id | ledger_id | category_id |
        | {Bakery.id}    | ledger-1  | {Food.id}   |
      Then the request is refused
      And nothing has been written

      Examples: The first, and the second
        | gone   |
        | Bakery |
        | Food   |

    @S-q44c
    Scenario Outline: The text of an id is no reference where the editor <way>: <reference>
      When the editor <way>:
        | reference   | account_id         | date       | amount |
        | <reference> | `"{Savings.id}"`   | 2024-01-16 | 1.00   |
      Then the answer is 400
      And Bakery, Savings are as before
      And nothing has been written

      Examples: Of a new record, and of a match
        | way                                 | reference |
        | upserts into transactions by reference | tx-2   |
        | upserts into transactions by reference | tx-1   |

    @S-ej4t @needs-records
    Scenario Outline: The text of an id is no reference either where the editor <way>
      When the editor <way>:
        | reference   | account_id         | date       | amount |
        | <reference> | `"{Savings.id}"`   | 2024-01-16 | 1.00   |
      Then the answer is 400
      And nothing has been written

      Examples: A create, and a change
        | way                     | reference |
        | creates in transactions | tx-2      |
        | changes Bakery          | tx-1      |

    @S-6n8q
    Scenario: A transaction without an account can't be created
      When the editor upserts into transactions by reference:
        | reference | account_id | date       | amount |
        | tx-2      | null       | 2024-01-16 | 1.00   |
      Then the request is refused
      And nothing has been written

    @S-5kfy
    Scenario: A transaction can be moved to another account
      When the editor upserts into transactions by reference:
        | reference | account_id  |
        | tx-1      | {Closed.id} |
      Then the answer is 200 and says updated
      And these transactions are now stored:
        | as     | reference | account_id  | amount |
        | Bakery | tx-1      | {Closed.id} | 12.50  |

    @S-cgcg @needs-records
    Scenario: A transaction of a deleted account can't be created by a plain create
      Given Closed has been deleted
      When the editor creates in transactions:
        | reference | account_id  | date       | amount |
        | tx-2      | {Closed.id} | 2024-01-16 | 1.00   |
      Then the request is refused
      And no record in transactions has reference tx-2

    @S-zfb6 @needs-conflict
    Scenario Outline: Where the editor <way>, the account has to exist
      Given Closed has been deleted
      When the editor <way>:
        | reference   | account_id  | date       | amount |
        | <reference> | {Closed.id} | 2024-01-16 | 1.00   |
      Then the request is refused
      And nothing has been written

      Examples: Of a new record, and of a match
        | way                                                                   | reference |
        | upserts into transactions by reference and updates only account_id    | tx-1      |
        | upserts into transactions by reference and updates only where amount is 12.50 | tx-1 |
        | upserts into transactions by reference and ignores a match            | tx-2      |

    @S-grgy @needs-batch
    Scenario: The account of each record of a batch has to exist
      Given Closed has been deleted
      When the editor upserts a batch into transactions by reference:
        | reference | account_id   | date       | amount |
        | tx-2      | {Savings.id} | 2024-01-16 | 1.00   |
        | tx-1      | {Closed.id}  | 2024-01-16 | 1.00   |
      Then the request is refused
      And nothing has been written

    @S-29tw @needs-records
    Scenario: A transaction can't be changed to a deleted account
      Given Closed has been deleted
      When the editor changes Bakery:
        | account_id  | amount |
        | {Closed.id} | 99.00  |
      Then the request is refused
      And nothing has been written

    @S-w74s @needs-transactions
    Scenario Outline: Where the editor <way>, <reference> has to have an account
      Given Closed has been deleted
      When the editor <way>:
        | reference   | account_id  | date       | amount |
        | <reference> | {Closed.id} | 2024-01-16 | 1.00   |
      Then the transaction is refused
      And nothing has been written

      Examples: Within a transaction
        | way                                                     | reference |
        | upserts in a transaction into transactions by reference | tx-1      |
        | upserts in a transaction into transactions by reference | tx-2      |
        | creates in a transaction in transactions                | tx-2      |
        | changes Bakery in a transaction                         | tx-1      |

  @AC-405
  Rule: AC-405 Mapping a transaction again in the same ledger updates the one mapping in place

    Background:
      Given these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
      And these transactions are stored:
        | as     | reference | account_id   | date       | amount |
        | Bakery | tx-1      | {Savings.id} | 2024-01-15 | 12.50  |
      And these category_templates are stored:
        | as     | name   |
        | Budget | Budget |
      And these categories are stored:
        | as     | template_id | name   |
        | Food   | {Budget.id} | Food   |
        | Travel | {Budget.id} | Travel |
      And these transaction_category_mappings are stored:
        | as  | transaction_id | ledger_id | category_id |
        | Map | {Bakery.id}    | main      | {Food.id}   |

    @S-ktvc
    Scenario: The mapping moves to another category
      When the editor upserts into transaction_category_mappings by transaction_id, ledger_id:
        | transaction_id | ledger_id | category_id |
        | {Bakery.id}    | main      | {Travel.id} |
      Then the answer is 200 and says updated
      And each value comes back as it was sent
      And these transaction_category_mappings are now stored:
        | as  | transaction_id | ledger_id | category_id |
        | Map | {Bakery.id}    | main      | {Travel.id} |
      And Bakery, Food, Travel are as before

    @S-rvgy
    Scenario: The mapping of another ledger is another mapping
      When the editor upserts into transaction_category_mappings by transaction_id, ledger_id:
        | transaction_id | ledger_id | category_id |
        | {Bakery.id}    | tax       | {Travel.id} |
      Then the answer is 200 and says created
      And Map, Bakery, Food, Travel are as before

    @S-4m3r
    Scenario: Upserting a transaction keeps its mapping
      When the editor upserts into transactions by reference:
        | reference | account_id   | date       | amount | merchant |
        | tx-1      | {Savings.id} | 2024-01-15 | 12.60  | Bakery   |
      Then the answer is 200 and says updated
      And each value comes back as it was sent
      And Map, Food, Savings are as before

  @AC-406
  Rule: AC-406 An account's transactions, raw transactions and import batches survive the account's upsert

    Background:
      Given deleting an account deletes its transactions
      And these accounts are stored:
        | as      | name    | currency |
        | Savings | Savings | EUR      |
      And these transactions are stored:
        | as     | reference | account_id   | date       | amount | balance | sequence_number | flow |
        | Bakery | tx-1      | {Savings.id} | 2024-01-15 | 12.50  | 987.50  | 1               | out  |
      And these raw_transactions are stored:
        | as  | reference | account_id   | payload                               |
        | Raw | raw-1     | {Savings.id} | {"line": 1, "text": "12,50 Bäckerei"} |
      And these import_batches are stored:
        | as    | reference | account_id   | row_count |
        | Batch | batch-1   | {Savings.id} | 1         |

    @S-nq99
    Scenario: An account's records survive its upsert
      When the editor upserts into accounts by name:
        | name    | currency |
        | Savings | USD      |
      Then the answer is 200 and says updated
      And each value comes back as it was sent
      And Savings keeps id, created_at
      And Bakery, Raw, Batch are as before

    @S-v5ww
    Scenario: Importing the same batch again keeps one of each
      When the editor upserts into import_batches by reference:
        | reference | account_id   | row_count |
        | batch-1   | {Savings.id} | 1         |
      Then the answer is 200 and says updated
      And each value comes back as it was sent
      And Batch keeps id, account_id, row_count
      And Savings, Bakery, Raw are as before

    @S-42dh
    Scenario: A raw transaction that is imported again is updated in place
      When the editor upserts into raw_transactions by reference:
        | reference | account_id   | payload                                        |
        | raw-1     | {Savings.id} | {"line": 1, "text": "12,60", "parsed": [true]} |
      Then the answer is 200 and says updated
      And each value comes back as it was sent
      And these raw_transactions are now stored:
        | as  | reference | payload                                        |
        | Raw | raw-1     | {"line": 1, "text": "12,60", "parsed": [true]} |
      And Savings, Bakery, Batch are as before
