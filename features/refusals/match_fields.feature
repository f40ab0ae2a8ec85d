@refusals
Feature: Match fields that are no list of names
  The match fields are a list of names of fields that the caller may write, each once. Anything else is a mistake in the
  request, and a server that guesses what was meant writes to the wrong record.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | phone           |
      | Grace | grace@example.com | Grace Hopper | active | +1 212 555 0100 |

  @AC-053
  Rule: AC-053 matchFields that are no list of names, name a field twice or name a protected field are refused with 400, and nothing is written

    @S-36bd
    Scenario Outline: matchFields that are <kind> are refused on a create
      When the editor upserts into contacts with matchFields <value>:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

      Examples: Not a list of names
        | kind          | value              |
        | left out      | left out           |
        | null          | null               |
        | text          | "email"            |
        | an object     | {"email": true}    |
        | a number      | 1                  |
        | true          | true               |
        | an empty name | [""]               |
        | numbers       | [0]                |
        | nested        | [["email"]]        |
        | half null     | ["email", null]    |

      Examples: A name twice, and protected fields
        | kind                          | value               |
        | a name twice                  | ["email", "email"]  |
        | the id                        | ["id"]              |
        | the time of the creation      | ["created_at"]      |
        | a key and the id              | ["email", "id"]     |

    @S-6e65
    Scenario Outline: matchFields that are <kind> are refused on an update
      When the editor upserts into contacts with matchFields <value>:
        | email             | name | status   |
        | grace@example.com | Eve  | inactive |
      Then the answer is 400
      And nothing has been written

      Examples: Not a list of names
        | kind      | value    |
        | left out  | left out |
        | null      | null     |
        | text      | "email"  |

      Examples: A name twice, and protected fields
        | kind                          | value               |
        | a name twice                  | ["email", "email"]  |
        | the id                        | ["id"]              |
        | the time of the update        | ["updated_at"]      |
