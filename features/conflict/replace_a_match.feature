@conflict
Feature: A match is replaced
  An import that has the whole truth replaces what is stored: what it does not mention is gone. The record stays the same
  one, so that what refers to it is not lost.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status  | age | phone           | vip  | birthday   | notes        |
      | Ada   | ada@example.com   | Ada Lovelace | pending | 36  | +44 20 7946 001 | true | 1815-12-10 | Wrote Note G |
      | Grace | grace@example.com | Grace Hopper | active  | 85  | +1 212 555 0100 | true | 1906-12-09 | Admiral      |

  @AC-211 @defines-replace
  Rule: AC-211 An upsert that replaces a match leaves nothing of the old record but id, created_at and the children

    @S-av7g
    Scenario: What is not mentioned is gone
      When the editor upserts into contacts by email and replaces a match:
        | email           | name      | age |
        | ada@example.com | Ada Byron | 37  |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name      | age | status | phone | vip  | birthday | notes |
        | Ada | ada@example.com | Ada Byron | 37  | active | null  | null | null     | null  |
      And Ada keeps id, created_at
      And Ada's updated_at is later than before
      And Grace is as before

    @S-q5rj
    Scenario: What is not mentioned is gone, times and sizes too
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path | format | file_size | width | processing_status | processed_at         |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1    | webp   | 24000     | 640   | ready             | 2024-01-15T10:00:00Z |
      When the editor upserts into asset_variants by storage_path and replaces a match:
        | parent_asset_id | variant_type | storage_path |
        | {Photo.id}      | thumbnail    | kitchen/1    |
      Then the answer is 200 and says updated
      And these asset_variants are now stored:
        | as    | storage_path | format | file_size | width | processing_status | processed_at |
        | Thumb | kitchen/1    | null   | null      | null  | pending           | null         |

    @S-5rs3
    Scenario: Amounts and dates of a replacement come back as they were sent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount | notes |
        | Sale | tx-1      | {Main.id}  | 2024-01-15 | 1.00   | first |
      When the editor upserts into transactions by reference and replaces a match:
        | reference | account_id | date       | amount              | balance | sequence_number |
        | tx-1      | {Main.id}  | 1500-02-28 | 1234567890123456.78 | -0.105  | 2147483648      |
      Then the answer is 200 and says updated
      And each value comes back as it was sent

    @S-mf3r
    Scenario: A replacement is an update, and no deletion
      When the updater upserts into contacts by email and replaces a match:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name      | notes |
        | Ada | ada@example.com | Ada Byron | null  |

    @S-xmbk
    Scenario: Where nothing matches, the record is created
      When the editor upserts into contacts by email and replaces a match:
        | email            | name        |
        | alan@example.com | Alan Turing |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email            | name        | status | age  |
        | alan@example.com | Alan Turing | active | null |
      And nothing else has changed

    @S-9r95
    Scenario: A null that is given is stored, also in a field with a default
      When the editor upserts into contacts by email and replaces a match:
        | email           | name      | status |
        | ada@example.com | Ada Byron | null   |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name      | status | notes |
        | Ada | ada@example.com | Ada Byron | null   | null  |

    @S-ecvx
    Scenario: A replaced record is returned whole
      When the editor upserts into contacts by email and replaces a match:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And the answer holds the whole stored record

    @S-r8bk
    Scenario: Replacing again leaves one record with the same id
      When the editor upserts into contacts by email and replaces a match:
        | email           | name      | age | notes |
        | ada@example.com | Ada Byron | 37  | one   |
        | ada@example.com | Ada Byron |     | two   |
        | ada@example.com | Countess  |     |       |
      Then the answer is 200 and says updated, updated, updated
      And every answer has the same id
      And these contacts are now stored:
        | as  | email           | name     | age  | notes |
        | Ada | ada@example.com | Countess | null | null  |

    @S-cj47
    Scenario: A replacement needs every required field
      When the editor upserts into contacts by email and replaces a match:
        | email           | age |
        | ada@example.com | 37  |
      Then the answer is 400
      And nothing has been written

    @S-6d7u
    Scenario: A replacement keeps the constraints
      When the editor upserts into contacts by email and replaces a match:
        | email           | name      | phone           |
        | ada@example.com | Ada Byron | +1 212 555 0100 |
      Then the request is refused
      And nothing has been written

    @S-n2vd
    Scenario: A match is replaced only where the condition holds
      When the editor upserts into contacts by email and replaces a match and updates only where status is active:
        | email             | name      |
        | ada@example.com   | Ada Byron |
        | grace@example.com | Amazing   |
      Then the answer is 200 and says ignored, updated
      And Ada is as before
      And these contacts are now stored:
        | as    | email             | name    | age  | phone | notes |
        | Grace | grace@example.com | Amazing | null | null  | null  |

    @S-2f9k
    Scenario: Children survive the replacement
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these raw_transactions are stored:
        | as  | reference | account_id | payload   |
        | Raw | raw-1     | {Main.id}  | [1, null] |
      When the editor upserts into accounts by name and replaces a match:
        | name   | currency |
        | Main 1 | USD      |
      Then the answer is 200 and says updated
      And Raw is as before
      And these accounts are now stored:
        | as   | name   | currency |
        | Main | Main 1 | USD      |

    @S-n22w
    Scenario: Values of a replacement come back as they were sent
      When the editor upserts into contacts by email and replaces a match:
        | email            | name | notes | vip   | birthday   | age |
        | ada@example.com  | 0    | `""`  | false | 1500-02-28 | 0   |
      Then the answer is 200 and says updated
      And each value comes back as it was sent

    @S-rmfk @needs-batch
    Scenario: In a batch each match is replaced
      When the editor upserts a batch into contacts by email and replaces a match:
        | email             | name        | notes |
        | ada@example.com   | Ada Byron   |       |
        | alan@example.com  | Alan Turing |       |
        | grace@example.com | Amazing     | short |
      Then the answer is 200 and says updated, created, updated
      And these contacts are now stored:
        | as    | email             | name        | age  | notes |
        | Ada   | ada@example.com   | Ada Byron   | null | null  |
        |       | alan@example.com  | Alan Turing | null | null  |
        | Grace | grace@example.com | Amazing     | null | short |

    @S-uaq5 @needs-transactions
    Scenario: In a transaction a match is replaced
      When the editor upserts in a transaction into contacts by email and replaces a match:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name      | age  | notes | status |
        | Ada | ada@example.com | Ada Byron | null | null  | active |
