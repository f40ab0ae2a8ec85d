@preconditions
Feature: A condition is never ignored
  Somebody who sends a condition relies on it. If the server can't read it, or can't look at it in this request, it must not
  write. And a condition opens no door: who may not write without one may not write with one.

  Background:
    Given these contacts are stored:
      | as  | email           | name         | age | notes |
      | Ada | ada@example.com | Ada Lovelace | 36  | first |

  @AC-907
  Rule: AC-907 A condition that can't be read or can't be met is answered with 400 or 412, and one that is met changes nothing about 401, 403, 404 and 400

    @S-a4dc
    Scenario Outline: An update under <header> <value> is refused
      When the editor upserts into contacts by email with <header> <value>:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 400 or 412
      And nothing has been written

      Examples: No tags
        | header        | value         |
        | If-Match      | made-up       |
        | If-Match      | "made-up      |
        | If-Match      | 'made-up'     |
        | If-Match      | "a" "b"       |
        | If-Match      | W/            |
        | If-Match      | *, "made-up"  |
        | If-Match      | nothing       |
        | If-None-Match | made-up       |
        | If-None-Match | "made-up      |
        | If-None-Match | 'made-up'     |
        | If-None-Match | "a" "b"       |
        | If-None-Match | W/made-up     |

      Examples: What the record has
        | header        | value          |
        | If-None-Match | Ada's tag      |
        | If-None-Match | Ada's weak tag |

    @S-7yts
    Scenario Outline: A create under <header> <value> is refused
      When the editor upserts into contacts by email with <header> <value>:
        | email           | name        |
        | bob@example.com | Bob Babbage |
      Then the answer is 400 or 412
      And nothing has been written

      Examples: No tags
        | header        | value     |
        | If-Match      | made-up   |
        | If-Match      | nothing   |
        | If-None-Match | made-up   |
        | If-None-Match | "made-up  |

    @S-ewmp @needs-records
    Scenario Outline: A partial update under <header> <value> is refused
      When the editor changes Ada with <header> <value>:
        | notes  |
        | second |
      Then the answer is 400 or 412
      And nothing has been written

      Examples: No tags
        | header        | value     |
        | If-Match      | made-up   |
        | If-Match      | "made-up  |
        | If-Match      | nothing   |
        | If-None-Match | made-up   |

      Examples: What the record has
        | header        | value     |
        | If-None-Match | Ada's tag |
        | If-None-Match | *         |

    @S-52x5 @needs-records
    Scenario Outline: A deletion under <header> <value> is refused
      When the editor deletes Ada with <header> <value>
      Then the answer is 400 or 412
      And Ada is as before

      Examples: No tags
        | header        | value     |
        | If-Match      | made-up   |
        | If-Match      | "made-up  |
        | If-Match      | nothing   |
        | If-None-Match | made-up   |

      Examples: What the record has
        | header        | value     |
        | If-None-Match | Ada's tag |
        | If-None-Match | *         |

    @S-cz5p
    Scenario: A read under a tag that the record does not have is refused
      When the editor reads Ada with If-Match "made-up"
      Then the answer is 400 or 412

    @S-7est @needs-batch
    Scenario Outline: A batch of the <role> under <header> <value> is refused
      When the <role> upserts a batch into contacts by email with <header> <value>:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 400 or 412
      And nothing has been written

      Examples: Conditions that no record meets
        | header        | value     | role    |
        | If-Match      | "made-up" | editor  |
        | If-Match      | "made-up" | updater |
        | If-None-Match | *         | editor  |

    @S-fgtv @needs-transactions
    Scenario Outline: A transaction of the <role> under <header> <value> is refused
      When the <role> upserts in a transaction into contacts by email with <header> <value>:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is 400 or 412
      And nothing has been written

      Examples: Conditions that no record meets
        | header        | value     | role    |
        | If-Match      | "made-up" | editor  |
        | If-Match      | "made-up" | updater |
        | If-None-Match | *         | editor  |

    @S-u5mb @needs-records
    Scenario: A plain create under a tag is refused
      When the editor creates in contacts with If-Match "made-up":
        | email           | name        |
        | bob@example.com | Bob Babbage |
      Then the answer is 400 or 412
      And nothing has been written

    @S-96q5
    Scenario Outline: A condition that is met gives <who> no permission to update
      When <who> upserts into contacts by email with If-Match Ada's tag:
        | email           | name     |
        | ada@example.com | Ada King |
      Then the answer is <status>
      And nothing has been written

      Examples: Callers without access
        | who                            | status |
        | somebody with no credentials   | 401    |
        | somebody with a made-up token  | 401    |
        | the viewer                     | 403    |
        | the creator                    | 403    |

    @S-jn8h
    Scenario Outline: A condition that is met gives <who> no permission to create
      When <who> upserts into contacts by email with If-None-Match *:
        | email           | name        |
        | bob@example.com | Bob Babbage |
      Then the answer is <status>
      And nothing has been written

      Examples: Callers without access
        | who                          | status |
        | somebody with no credentials | 401    |
        | the viewer                   | 403    |
        | the updater                  | 403    |

    @S-qk2e
    Scenario: A stranger who knows the tag can't tell whether it is current
      When somebody with no credentials reads Ada with If-None-Match Ada's tag
      Then the answer is 401

    @S-t6br @needs-records
    Scenario: A condition that is met gives no permission to delete
      When the viewer deletes Ada with If-Match Ada's tag
      Then the answer is 403
      And Ada is as before

    @S-rku3
    Scenario: A condition that is met makes no table
      When the editor upserts into no_such_table by email with If-None-Match *:
        | email           | name        |
        | bob@example.com | Bob Babbage |
      Then the answer is 404

    @S-cwcb @needs-records
    Scenario: A condition that is met brings no record back
      Given Ada has been deleted
      When the editor changes Ada with If-None-Match "made-up":
        | notes  |
        | second |
      Then the answer is 404

    @S-mwqy
    Scenario: A condition that is met makes no value right
      When the editor upserts into contacts by email with If-Match Ada's tag:
        | email           | name | notes  |
        | ada@example.com | `42` | second |
      Then the answer is 400
      And nothing has been written
