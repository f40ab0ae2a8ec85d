@conflict
Feature: Create only, update only
  A sign-up must not take over an account that exists. A correction must not create what it misspells. Both are upserts
  that refuse one of the two outcomes.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status  | age | phone           | notes        |
      | Ada   | ada@example.com   | Ada Lovelace | pending | 36  | +44 20 7946 001 | Wrote Note G |
      | Grace | grace@example.com | Grace Hopper | active  | 85  | +1 212 555 0100 | Admiral      |

  @AC-207 @defines-refuse
  Rule: AC-207 An upsert that refuses matches creates where nothing matches; a match is answered with 409, and nothing is written

    @S-f977
    Scenario: A new contact is created although matches are refused
      When the editor upserts into contacts by email and refuses a match:
        | email            | name        | age |
        | alan@example.com | Alan Turing | 41  |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email            | name        | age | status |
        | alan@example.com | Alan Turing | 41  | active |
      And nothing else has changed

    @S-tw29
    Scenario: A match is refused
      When the editor upserts into contacts by email and refuses a match:
        | email           | name      | status   |
        | ada@example.com | Ada Byron | inactive |
      Then the answer is 409
      And Ada, Grace are as before
      And nothing has been written

    @S-74pk
    Scenario: A match by phone is refused
      When the editor upserts into contacts by phone and refuses a match:
        | email             | name      | phone           |
        | byron@example.com | Ada Byron | +44 20 7946 001 |
      Then the answer is 409
      And nothing has been written

    @S-gfhs
    Scenario: A match that has the same values already is refused
      When the editor upserts into contacts by email and refuses a match:
        | email           | name         | status  | age |
        | ada@example.com | Ada Lovelace | pending | 36  |
      Then the answer is 409
      And nothing has been written

    @S-qff6
    Scenario: A match is refused whether an update condition holds or not
      When the editor upserts into contacts by email and refuses a match and updates only where status is active:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 409
      And nothing has been written

    @S-3muj
    Scenario: Only a match by the whole key is refused
      Given these product_recommendations are stored:
        | as   | room_id | session_id | product_name        |
        | Tile | bath    | session-1  | Carrara Marble Tile |
      When the editor upserts into product_recommendations by room_id, product_name and refuses a match:
        | room_id | session_id | product_name        |
        | hall    | session-1  | Carrara Marble Tile |
        | bath    | session-1  | Brass Tap           |
        | bath    | session-2  | Carrara Marble Tile |
      Then the answer is 409
      And Tile is as before
      And these product_recommendations are now stored:
        | room_id | session_id | product_name        |
        | hall    | session-1  | Carrara Marble Tile |
        | bath    | session-1  | Brass Tap           |

    @S-n97s
    Scenario: Creating with matches refused keeps the constraints
      When the editor upserts into contacts by email and refuses a match:
        | email            | name        | phone           |
        | alan@example.com | Alan Turing | +1 212 555 0100 |
      Then the request is refused
      And nothing has been written

    @S-67f8
    Scenario: Creating with matches refused needs every required field
      When the editor upserts into contacts by email and refuses a match:
        | email            | phone           |
        | alan@example.com | +44 20 7946 009 |
      Then the answer is 400
      And nothing has been written

    @S-j2me
    Scenario: Values created where matches are refused come back as they were sent
      When the editor upserts into contacts by email and refuses a match:
        | email            | name | notes | vip   | birthday   | age |
        | oona@example.com | 0    | `""`  | false | 1500-02-28 | 0   |
      Then the answer is 200 and says created
      And each value comes back as it was sent

    @S-jknv @needs-batch
    Scenario: One match refuses the whole batch
      When the editor upserts a batch into contacts by email and refuses a match:
        | email            | name        |
        | alan@example.com | Alan Turing |
        | ada@example.com  | Ada Byron   |
      Then the answer is 409
      And nothing has been written

    @S-vpch @needs-transactions
    Scenario: One match refuses the whole transaction
      When the editor upserts in a transaction into contacts by email and refuses a match:
        | email            | name        |
        | alan@example.com | Alan Turing |
        | ada@example.com  | Ada Byron   |
      Then the transaction is refused
      And nothing has been written

  @AC-208 @defines-never-create
  Rule: AC-208 An upsert that never creates updates a match; where nothing matches, it is answered with 404, and nothing is written

    @S-5jnm
    Scenario: A match is updated
      When the editor upserts into contacts by email and never creates:
        | email           | age |
        | ada@example.com | 37  |
      Then the answer is 200 and says updated
      And Ada keeps id, name, notes, created_at
      And these contacts are now stored:
        | as  | email           | age |
        | Ada | ada@example.com | 37  |
      And Ada's updated_at is later than before
      And Grace is as before

    @S-apbh
    Scenario: Where nothing matches, nothing is created
      When the editor upserts into contacts by email and never creates:
        | email            | name        | age |
        | alan@example.com | Alan Turing | 41  |
      Then the answer is 404
      And nothing has been written

    @S-vgkk
    Scenario: A required field that an update does not need is not missed
      When the editor upserts into contacts by email and never creates:
        | email            | age |
        | alan@example.com | 41  |
      Then the answer is 404
      And nothing has been written

    @S-r7e3
    Scenario: A part of a key is no match
      Given these product_recommendations are stored:
        | as   | room_id | session_id | product_name        |
        | Tile | bath    | session-1  | Carrara Marble Tile |
      When the editor upserts into product_recommendations by room_id, product_name and never creates:
        | room_id | session_id | product_name        |
        | hall    | session-1  | Carrara Marble Tile |
      Then the answer is 404
      And nothing has been written

    @S-k7z7 @needs-records
    Scenario: A deleted record is not updated
      Given Ada has been deleted
      When the editor upserts into contacts by email and never creates:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 404
      And nothing has been written

    @S-thre
    Scenario: A match is ignored, and what is missing is not created
      When the editor upserts into contacts by email and ignores a match and never creates:
        | email            | name        |
        | ada@example.com  | Ada Byron   |
        | alan@example.com | Alan Turing |
      Then the answer is 404
      And Ada, Grace are as before
      And nothing has been written

    @S-b3jj
    Scenario: A condition that does not hold ignores the match
      When the editor upserts into contacts by email and never creates and updates only where status is active:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says ignored
      And Ada, Grace are as before

    @S-t5ma
    Scenario: An update that never creates keeps the constraints
      When the editor upserts into contacts by email and never creates:
        | email           | phone           |
        | ada@example.com | +1 212 555 0100 |
      Then the request is refused
      And nothing has been written

    @S-6aef
    Scenario: Values written where nothing is created come back as they were sent
      When the editor upserts into contacts by email and never creates:
        | email            | name | notes | vip   | birthday   | age |
        | ada@example.com  | 0    | `""`  | false | 1500-02-28 | 0   |
      Then the answer is 200 and says updated
      And each value comes back as it was sent

    @S-y6p8 @needs-batch
    Scenario: One missing record refuses the whole batch
      When the editor upserts a batch into contacts by email and never creates:
        | email            | name        |
        | ada@example.com  | Ada Byron   |
        | alan@example.com | Alan Turing |
      Then the answer is 404
      And nothing has been written

    @S-5mev @needs-transactions
    Scenario: One missing record refuses the whole transaction
      When the editor upserts in a transaction into contacts by email and never creates:
        | email            | name        |
        | ada@example.com  | Ada Byron   |
        | alan@example.com | Alan Turing |
      Then the transaction is refused
      And nothing has been written
