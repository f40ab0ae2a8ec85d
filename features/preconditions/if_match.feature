@preconditions
Feature: Write only what was read
  With If-Match a request is done only if the record is still in the state that the caller has read. So nobody overwrites what
  another has written in the meantime. A star stands for any state: the record only has to be there.

  Background:
    Given these contacts are stored:
      | as  | email           | name         | age | notes |
      | Ada | ada@example.com | Ada Lovelace | 36  | first |
      | Bob | bob@example.com | Bob Babbage  | 40  | first |
    And Bob has been changed to have notes second

  @AC-902
  Rule: AC-902 With If-Match a write is done if the record has the tag; with an old, a weak or a foreign tag it is answered with 412, and nothing is written

    @S-kqjd
    Scenario Outline: An upsert with <tags> is done
      When the editor upserts into contacts by email with If-Match <tags>:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name     | age | notes |
        | Ada | ada@example.com | Ada King | 36  | first |
      And nothing else has changed

      Examples: The current tag, alone and in a list
        | tags                        |
        | Ada's tag                   |
        | "made-up", Ada's tag        |
        | Ada's tag, "made-up"        |
        | W/"made-up", Ada's tag, "b" |
        | "made-up",Ada's tag         |
        | "made-up", and in a second header Ada's tag |

    @S-wbkk
    Scenario Outline: An upsert with <tags> is refused
      Given Ada has been changed to have notes second
      When the editor upserts into contacts by email with If-Match <tags>:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 412
      And nothing has been written

      Examples: Old, weak and foreign tags
        | tags                     |
        | Ada's earlier tag        |
        | Ada's weak tag           |
        | "made-up"                |
        | ""                       |
        | Ada's earlier tag, "a,b" |

    @S-ammu
    Scenario: An upsert with the tag of another record is refused
      Given Ada and Bob have different tags
      When the editor upserts into contacts by email with If-Match Bob's tag:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 412
      And nothing has been written

    @S-wpxa @needs-conflict
    Scenario Outline: An upsert that would leave the match as it is looks at its tag: it <way>
      When the editor upserts into contacts by email and <way> with If-Match "made-up":
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 412
      And nothing has been written

      Examples: Always, and under a condition of its own
        | way                                     |
        | ignores a match                         |
        | updates only where status is inactive   |

    @S-scrm
    Scenario: Of two writers who read the same state the second is refused
      When the editor, then the updater upserts into contacts by email with If-Match Ada's tag:
        | email           | name     | notes         |
        | ada@example.com | Ada King | by the first  |
        | ada@example.com | Ada Noel | by the second |
      Then the answer is 412
      And these contacts are now stored:
        | as  | email           | name     | age | notes        |
        | Ada | ada@example.com | Ada King | 36  | by the first |
      And Bob is as before

    @S-hnx5
    Scenario: A tag does not create a record
      When the editor upserts into contacts by email with If-Match Ada's tag:
        | email           | name     |
        | eve@example.com | Eve King |
      Then the answer is 412
      And nothing has been written

    @S-p5aq
    Scenario: An upsert by another key looks at the record that it matches
      Given Ada has been changed to have phone +44 20 7946 0001
      When the editor upserts into contacts by phone with If-Match Ada's tag:
        | phone            | email           | name     |
        | +44 20 7946 0001 | ada@example.com | Ada King |
      Then the answer is 200 and says updated
      And nothing else has changed

    @S-b632 @needs-records
    Scenario Outline: A partial update with <tags> is done
      When the editor changes Ada with If-Match <tags>:
        | notes |
        | third |
      Then the answer is 200
      And these contacts are now stored:
        | as  | email           | name         | age | notes |
        | Ada | ada@example.com | Ada Lovelace | 36  | third |
      And Bob is as before

      Examples: The current tag, alone and in a list
        | tags                 |
        | Ada's tag            |
        | "made-up", Ada's tag |

    @S-gx8q @needs-records
    Scenario Outline: A partial update by the <role> with <tags> is refused
      Given Ada has been changed to have notes second
      When the <role> changes Ada with If-Match <tags>:
        | notes |
        | third |
      Then the answer is 412
      And nothing has been written

      Examples: Old, weak and foreign tags
        | tags              | role    |
        | Ada's earlier tag | editor  |
        | Ada's weak tag    | editor  |
        | "made-up"         | updater |

    @S-yrab @needs-records
    Scenario: A record is deleted with its tag
      When the editor deletes Ada with If-Match Ada's tag
      Then the answer is 204
      And Ada is gone
      And Bob is as before

    @S-46pt @needs-records
    Scenario Outline: A deletion with <tags> is refused
      Given Ada has been changed to have notes second
      When the editor deletes Ada with If-Match <tags>
      Then the answer is 412
      And Ada, Bob are as before

      Examples: Old, weak and foreign tags
        | tags              |
        | Ada's earlier tag |
        | Ada's weak tag    |
        | "made-up"         |

    @S-pncn @needs-records
    Scenario: A partial update with the tag of another record is refused
      Given Ada and Bob have different tags
      When the editor changes Ada with If-Match Bob's tag:
        | notes |
        | third |
      Then the answer is 412
      And nothing has been written

    @S-6hq6 @needs-records
    Scenario: A deletion with the tag of another record is refused
      Given Ada and Bob have different tags
      When the editor deletes Ada with If-Match Bob's tag
      Then the answer is 412
      And Ada, Bob are as before

  @AC-904
  Rule: AC-904 An upsert with If-Match * updates a match; where nothing matches it is answered with 412, and nothing is written

    @S-85q9
    Scenario: A match is updated
      When the editor upserts into contacts by email with If-Match *:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name     | age | notes |
        | Ada | ada@example.com | Ada King | 36  | first |
      And nothing else has changed

    @S-gc67
    Scenario: A second upsert finds the match too
      When the editor upserts into contacts by email with If-Match *:
        | email           | name     |
        | ada@example.com | Ada King |
        | ada@example.com | Ada Noel |
      Then the answer is 200 and says updated, updated
      And nothing else has changed

    @S-nhwt
    Scenario: What does not match is not created
      When the editor upserts into contacts by email with If-Match *:
        | email           | name     |
        | eve@example.com | Eve King |
      Then the answer is 412
      And nothing has been written

    @S-38nr
    Scenario: A record with another of its key's values is no match
      Given these image_metadata are stored:
        | as     | organization_id | key    | image_item_id | image_item_path |
        | Avatar | org_123         | avatar | user_456      | s3://a/1.jpg    |
      When the editor upserts into image_metadata by organization_id, key, image_item_id with If-Match *:
        | organization_id | key    | image_item_id | image_item_path |
        | org_123         | banner | user_456      | s3://a/2.jpg    |
      Then the answer is 412
      And nothing has been written

    @S-3fe3 @needs-records
    Scenario: A deleted record is not created anew
      Given Ada has been deleted
      When the editor upserts into contacts by email with If-Match *:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 412
      And nothing has been written

  @AC-905 @alone
  Rule: AC-905 Of many clients that change one record with the same If-Match exactly one is done; the others are answered with 412

    @S-w7rd
    Scenario: Of many upserts with one tag exactly one is done
      When many clients at once upsert into contacts by email with If-Match Ada's tag:
        | email           | name            | age      | notes               |
        | ada@example.com | Ada of {number} | {number} | written by {number} |
      Then exactly one answer is 200, the others are 412
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored
      And Ada keeps id, created_at, status
      And Bob is as before

    @S-pyhe
    Scenario: Many upserts with one tag, while others read the record
      When many clients at once upsert into contacts by email with If-Match Ada's tag, while others read it:
        | email           | name            | notes               |
        | ada@example.com | Ada of {number} | written by {number} |
      Then exactly one answer is 200, the others are 412
      And some order of the requests explains every answer and what is stored

    @S-uwmh
    Scenario: Of many upserts with an old tag none is done
      Given Ada has been changed to have notes second
      When many clients at once upsert into contacts by email with If-Match Ada's earlier tag:
        | email           | name            |
        | ada@example.com | Ada of {number} |
      Then every answer is 412
      And nothing has been written

    @S-jjrq @needs-records
    Scenario: Of many partial updates with one tag exactly one is done
      When many clients at once change Ada with If-Match Ada's tag:
        | name            | age      | notes               |
        | Ada of {number} | {number} | written by {number} |
      Then exactly one answer is 200, the others are 412
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored
      And Ada keeps id, created_at, email, status
      And Bob is as before
