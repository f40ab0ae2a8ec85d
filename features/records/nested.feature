@records
Feature: Parents, children and what is in them
  A dashboard shows each project with its owner, its latest conversation and the messages of that, in one request.

  Background:
    Given these users are stored:
      | as   | email            | name |
      | Mira | mira@example.com | Mira |
      | Theo | theo@example.com | Theo |
    And these projects are stored:
      | as    | name  | status | user_id   |
      | Atlas | Atlas | draft  | {Mira.id} |
      | Bolt  | Bolt  | active | {Mira.id} |
      | Comet | Comet | draft  | {Theo.id} |
    And these conversations are stored:
      | as     | project_id | title |
      | First  | {Atlas.id} | b     |
      | Second | {Atlas.id} | c     |
      | Third  | {Atlas.id} | a     |
      | Fourth | {Bolt.id}  | d     |
    And these messages are stored:
      | as    | conversation_id | role      | content |
      | Hello | {First.id}      | user      | Hello   |
      | Hi    | {First.id}      | assistant | Hi      |
      | Bye   | {Fourth.id}     | user      | Bye     |

  @AC-614
  Rule: AC-614 A parent, a second level, and ordered and cut children are nested as requested, in lists and in single reads

    @S-j2aa
    Scenario: A list with the parent of each record
      When the editor lists projects with:
        | name__in         | user_id   | _include |
        | Atlas,Bolt       | {Mira.id} | user     |
      Then the list is Atlas, Bolt
      And in the list Atlas holds the user Mira
      And in the list Bolt holds the user Mira

    @S-5hd3
    Scenario: Each record holds its own parent
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
        | Side | Side 1 | EUR      |
      And these raw_transactions are stored:
        | as  | reference | account_id | payload   |
        | One | raw-1     | {Main.id}  | [1, null] |
        | Two | raw-2     | {Side.id}  | [1, null] |
      When the editor lists raw_transactions with:
        | reference__in | _include |
        | raw-1,raw-2   | account  |
      Then the list is One, Two
      And in the list One holds the account Main
      And in the list Two holds the account Side

    @S-davk
    Scenario: Parents and children together
      When the viewer lists projects with:
        | user_id   | _include           |
        | {Mira.id} | user,conversations |
      Then the list is Atlas, Bolt
      And in the list Atlas holds the user Mira
      And in the list Atlas holds the conversations First, Second, Third
      And in the list Bolt holds the conversations Fourth

    @S-8vhq
    Scenario: A second level
      When the editor lists projects with:
        | user_id   | _include               |
        | {Mira.id} | conversations.messages |
      Then in the list Atlas holds the conversations First, Second, Third
      And in the list First holds the messages Hello, Hi
      And in the list Second holds the messages none
      And in the list Fourth holds the messages Bye

    @S-awwh
    Scenario: The parent of a parent
      When the editor lists messages with:
        | conversation_id | _include             |
        | {Fourth.id}     | conversation.project |
      Then the list is Bye
      And in the list Bye holds the conversation Fourth
      And in the list Fourth holds the project Bolt

    @S-fzkh
    Scenario Outline: Children in the order of <sort>
      When the editor lists projects with:
        | user_id   | _include      | conversations._sort |
        | {Mira.id} | conversations | <sort>              |
      Then in the list Atlas holds the conversations <names>, in this order
      And in the list Bolt holds the conversations Fourth

      Examples: Up, down, by time
        | sort        | names                |
        | title       | Third, First, Second |
        | -title      | Second, First, Third |
        | project_id,-title | Second, First, Third |
        | created_at  | First, Second, Third |
        | -created_at | Third, Second, First |

    @S-zfvn
    Scenario Outline: Children in the order of the number <sort>
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount | sequence_number |
        | Fee  | tx-1      | {Main.id}  | 2024-01-15 | 9.00   | 100             |
        | Sale | tx-2      | {Main.id}  | 2024-01-15 | 10.00  | 9               |
      When the editor reads Main with:
        | _include     | transactions._sort |
        | transactions | <sort>             |
      Then the answer is 200
      And in the answer Main holds the transactions <names>, in this order

      Examples: As text, 10 would come before 9
        | sort             | names     |
        | amount           | Fee, Sale |
        | -sequence_number | Fee, Sale |

    @S-7paq
    Scenario: A parent that was nested before is nested as it is now
      Given the editor has listed projects with:
        | user_id   | _include |
        | {Mira.id} | user     |
      And Mira has been changed to have name Mia
      When the editor lists projects with:
        | user_id   | _include |
        | {Mira.id} | user     |
      Then the answer is 200
      And in the list Atlas holds the user Mira
      And in the list Bolt holds the user Mira

    @S-2umq
    Scenario: The latest conversation of each project
      When the editor lists projects with:
        | user_id   | _include      | conversations._sort | conversations._limit |
        | {Mira.id} | conversations | -created_at         | 1                    |
      Then the list is Atlas, Bolt
      And in the list Atlas holds the conversations Third
      And in the list Bolt holds the conversations Fourth

    @S-pbv9
    Scenario: A limit counts the children of each parent by themselves
      When the editor lists projects with:
        | user_id   | _sort | _include      | conversations._sort | conversations._limit |
        | {Mira.id} | -name | conversations | title               | 2                    |
      Then the list is Bolt, Atlas, in this order
      And in the list Atlas holds the conversations Third, First, in this order
      And in the list Bolt holds the conversations Fourth

    @S-bjgt
    Scenario: Children with chosen fields
      When the editor lists projects with:
        | user_id   | _fields | _include           | conversations._fields | user._fields |
        | {Mira.id} | name    | user,conversations | title                 | email        |
      Then each listed record has just the fields id, name
      And in the list Atlas holds the conversations First, Second, Third, with just id, title
      And in the list Atlas holds the user Mira, with just id, email

    @S-ursn
    Scenario: Options of the second level
      Given these messages are stored:
        | as   | conversation_id | role | content |
        | Well | {Third.id}      | user | Well    |
      When the editor lists projects with:
        | user_id   | _include               | conversations.messages._sort | conversations.messages._limit |
        | {Mira.id} | conversations.messages | -content                     | 1                             |
      Then in the list First holds the messages Hi
      And in the list Third holds the messages Well
      And in the list Fourth holds the messages Bye

    @S-tqt9
    Scenario: A record is read with what belongs to it
      When the editor reads Atlas with:
        | _include                    | conversations._sort | conversations._limit |
        | user,conversations.messages | title               | 2                    |
      Then in the answer Atlas holds the user Mira
      And in the answer Atlas holds the conversations Third, First, in this order
      And in the answer First holds the messages Hello, Hi

    @S-y825
    Scenario: A record without children is read with none
      When the editor reads Comet with:
        | _include           |
        | user,conversations |
      Then in the answer Comet holds the user Theo
      And in the answer Comet holds the conversations none

    @S-p2g3
    Scenario: A deleted child is not nested
      Given First has been deleted
      When the editor reads Atlas with:
        | _include      | conversations._sort | conversations._limit |
        | conversations | -title              | 2                    |
      Then in the answer Atlas holds the conversations Second, Third, in this order

    @S-88yv
    Scenario Outline: The parameter <parameter> can't be <value> in a list
      When the editor lists projects with:
        | user_id   | _include      | <parameter> |
        | {Mira.id} | conversations | <value>     |
      Then the answer is 400

      Examples: Unknown fields, out of range, what is not included
        | parameter               | value    |
        | conversations._sort     | nickname |
        | conversations._fields   | nickname |
        | conversations._limit    | 1001     |
        | conversations._limit    | many     |
        | conversations._offset   | 1        |
        | artifacts._limit        | 1        |
        | user._fields            | email    |

    @S-9fqx
    Scenario Outline: <path> can't be included
      When the editor lists users with:
        | id        | _include |
        | {Mira.id} | <path>   |
      Then the answer is 400

      Examples: Three levels, a table that is no child, a field, a child of another table
        | path                            |
        | projects.conversations.messages |
        | messages                        |
        | name                            |
        | projects.contacts               |
        | user                            |

    @S-b6u2
    Scenario: An unknown parameter of a single read is refused
      When the editor reads Atlas with:
        | _include |
        | messages |
      Then the answer is 400
