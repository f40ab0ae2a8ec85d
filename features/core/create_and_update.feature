@core
Feature: An upsert creates or updates
  The request says which fields identify the record. If a stored record has the same values in these fields, it is
  updated in place; otherwise a record is created. The answer is 200 either way.

  As a developer I want to upsert records by the values of unique fields, so that I can create or update a record in one call.

  @AC-001 @defines-upsert-create @asserts-answer
  Rule: AC-001 An upsert that matches nothing creates the record and answers 200 with it

    @S-st7v
    Scenario: A new contact is created
      When the editor upserts into contacts by email:
        | email           | name         | status   |
        | ada@example.com | Ada Lovelace | inactive |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name         | status   |
        | ada@example.com | Ada Lovelace | inactive |

    @S-hc4r
    Scenario: Every field that is given is stored
      When the editor upserts into contacts by email:
        | email           | name         | status  | age | phone           | vip  | birthday   | notes            |
        | ada@example.com | Ada Lovelace | pending | 36  | +44 20 7946 001 | true | 1815-12-10 | Wrote Note G, 1843 |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name         | status  | age | phone           | vip  | birthday   | notes            |
        | ada@example.com | Ada Lovelace | pending | 36  | +44 20 7946 001 | true | 1815-12-10 | Wrote Note G, 1843 |

    @S-axwq
    Scenario: The answer holds the record as it is stored
      When the editor upserts into contacts by email:
        | email           | name         | age | vip   |
        | ada@example.com | Ada Lovelace | 36  | false |
      Then the answer is 200 and says created
      And the answer holds the stored record

    @S-zymj @asserts-id
    Scenario: A created record can be read by the id in the answer
      When the editor upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created
      And the record reads the same by its id

    @S-f7qc
    Scenario: A field that is not mentioned gets its default or null
      When the editor upserts into contacts by email:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then these contacts are now stored:
        | email           | name         | status | age  | phone | vip  | birthday | notes |
        | ada@example.com | Ada Lovelace | active | null | null  | null | null     | null  |

    @S-u2w2
    Scenario: A contact is created when matched by phone
      When the editor upserts into contacts by phone:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name         | phone           |
        | ada@example.com | Ada Lovelace | +44 20 7946 001 |

    @S-h5e6
    Scenario: A different match value is another record
      Given these contacts are stored:
        | as    | email             | name         | notes   |
        | Grace | grace@example.com | Grace Hopper | Admiral |
      When the editor upserts into contacts by email:
        | email            | name         | notes   |
        | grace@example.co | Grace Hopper | Admiral |
      Then the answer is 200 and says created
      And every answer has an id of its own
      And nothing else has changed

    @S-ykek
    Scenario: Several new records get different ids
      When the editor upserts into contacts by email:
        | email             | name         |
        | ada@example.com   | Ada Lovelace |
        | grace@example.com | Grace Hopper |
        | alan@example.com  | Alan Turing  |
      Then the answer is 200 and says created, created, created
      And every answer has an id of its own
      And these contacts are now stored:
        | email             | name         |
        | ada@example.com   | Ada Lovelace |
        | grace@example.com | Grace Hopper |
        | alan@example.com  | Alan Turing  |

    @S-ytfp
    Scenario Outline: Text is stored as it was sent: <kind>
      When the editor upserts into contacts by email:
        | email           | name   | notes  |
        | ada@example.com | <text> | <text> |
      Then the answer is 200 and says created
      And these contacts are now stored:
        | email           | name   | notes  |
        | ada@example.com | <text> | <text> |

      Examples: Text that careless code changes
        | kind               | text                               |
        | quotes             | O'Brien "Bob" `Back` %s {0} $1 ?   |
        | markup             | <b>Ada</b> &amp; co.               |
        | other scripts      | Þóra 李雷 Ольга مريم               |
        | beyond 16 bits     | 👩🏽‍🚀 𝒜𝒹𝒶                             |
        | white space inside | `"two  spaces, a\\ttab, a\\nline"`   |
        | looks like null    | `"null"`                           |
        | looks like numbers | 0036.50                            |

    @S-up5g
    Scenario: Numerals and dates of every kind come back as they were sent
      When the editor upserts into contacts by email:
        | email           | name | notes | age | vip   | birthday   |
        | ada@example.com | 0    | 0     | 0   | false | 0001-01-01 |
        | bob@example.com | 010  | 1e3   | 1   | true  | 0033-04-03 |
        | cat@example.com | 1.50 | 08    |     |       | 1500-02-28 |
        | dan@example.com | ß    | ss    |     |       | 1582-10-15 |
        | eve@example.com | Ada  | `" "` |     |       | 1969-12-31 |
        | flo@example.com | Ada  | -0    |     |       | 9999-12-31 |
      Then the answer is 200 and says 6 created
      And each value comes back as it was sent

    @S-9wh2 @asserts-letters
    Scenario: Addresses and phone numbers of every kind come back as they were sent
      When the editor upserts into contacts by email:
        | email                   | name | phone           |
        | o'hara@example.com      | Eve  | +44 20 7946 001 |
        | ada+news@example.com    | Ada  | +44207946001    |
        | a.d.a@example.com       | Ada  |                 |
        | ad.a@example.com        | Ada  |                 |
        | ada@example.photography | Ada  |                 |
      Then the answer is 200 and says 5 created
      And each value comes back as it was sent

    @S-y4dw
    Scenario: A new contact may have a phone number that another gave up
      Given these contacts are stored:
        | as    | email             | name         | phone           |
        | Grace | grace@example.com | Grace Hopper | +1 212 555 0100 |
      When the editor upserts into contacts by email:
        | email             | name         | phone           |
        | grace@example.com | Grace Hopper | +1 212 555 0199 |
        | ada@example.com   | Ada Lovelace | +1 212 555 0100 |
      Then the answer is 200 and says updated, created
      And these contacts are now stored:
        | as    | email             | phone           |
        | Grace | grace@example.com | +1 212 555 0199 |
        |       | ada@example.com   | +1 212 555 0100 |

  @AC-002 @defines-upsert-update @asserts-answer
  Rule: AC-002 An upsert that matches a record updates it and answers 200 with it

    Background:
      Given these contacts are stored:
        | as    | email             | name         | status | age | phone           | vip  | notes        |
        | Ada   | ada@example.com   | Ada Lovelace | active | 36  | +44 20 7946 001 | true | Wrote Note G |
        | Grace | grace@example.com | Grace Hopper | active | 85  | +1 212 555 0100 | true | Admiral      |

    @S-gbxr
    Scenario: A matching contact is updated
      When the editor upserts into contacts by email:
        | email           | name       | status   |
        | ada@example.com | Ada Byron  | inactive |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name       | status   |
        | Ada | ada@example.com | Ada Byron  | inactive |
      And nothing else has changed

    @S-je85
    Scenario: Every field can be updated
      When the editor upserts into contacts by email:
        | email           | name      | status  | age | phone           | vip   | birthday   | notes    |
        | ada@example.com | Ada Byron | pending | 37  | +44 20 7946 002 | false | 1815-12-10 | Countess |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name      | status  | age | phone           | vip   | birthday   | notes    |
        | Ada | ada@example.com | Ada Byron | pending | 37  | +44 20 7946 002 | false | 1815-12-10 | Countess |

    @S-72tf
    Scenario: The answer holds the record as it is stored after the update
      When the editor upserts into contacts by email:
        | email           | name      |
        | ada@example.com | Ada Byron |
      Then the answer is 200 and says updated
      And the answer holds the stored record

    @S-p7ab @asserts-unmentioned
    Scenario: An update keeps the fields that it does not mention
      When the editor upserts into contacts by email:
        | email           | age |
        | ada@example.com | 37  |
      Then the answer is 200 and says updated
      And Ada keeps id, name, status, phone, vip, notes, created_at
      And these contacts are now stored:
        | as  | email           | age |
        | Ada | ada@example.com | 37  |

    @S-vpd2
    Scenario: A match by phone can change the email address
      When the editor upserts into contacts by phone:
        | email             | name      | phone           |
        | byron@example.com | Ada Byron | +44 20 7946 001 |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email             | name      | phone           |
        | Ada | byron@example.com | Ada Byron | +44 20 7946 001 |
      And nothing else has changed

    @S-tg5x
    Scenario: Values of another record are written to the match only
      When the editor upserts into contacts by email:
        | email           | name         | status | age | vip  | notes   |
        | ada@example.com | Grace Hopper | active | 85  | true | Admiral |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | name         | age | notes   |
        | Ada | ada@example.com | Grace Hopper | 85  | Admiral |
      And nothing else has changed

    @S-6h6u
    Scenario Outline: A falsy value is written: <value> for <field>
      When the editor upserts into contacts by email:
        | email           | <field> |
        | ada@example.com | <value> |
      Then the answer is 200 and says updated
      And these contacts are now stored:
        | as  | email           | <field> |
        | Ada | ada@example.com | <value> |

      Examples: Values that careless code treats as missing
        | field | value |
        | age   | 0     |
        | vip   | false |
        | notes | `""`  |
        | notes | null  |

    @S-cgm2
    Scenario: A value that is nearly what is stored is written
      Given these contacts are stored:
        | as   | email            | name        | notes | age | vip   |
        | Alan | alan@example.com | alan turing | `""`  | 0   | false |
        | Bea  | bea@example.com  | 010         |       |     |       |
        | Cat  | cat@example.com  | Creme       | 0     | 1   | true  |
      When the editor upserts into contacts by email:
        | email            | name        | notes | age  | vip   |
        | alan@example.com | Alan Turing | null  | null | null  |
        | bea@example.com  | 10          | `""`  | 0    | false |
        | cat@example.com  | Crème       | `""`  | null | null  |
      Then the answer is 200 and says 3 updated
      And each value comes back as it was sent

    @S-77mm
    Scenario: A phone number of nothing but digits matches
      When the editor upserts into contacts by phone:
        | email            | name         | phone        |
        | alan@example.com | Alan Turing  | 442079460011 |
        | alan@example.com | A. M. Turing | 442079460011 |
      Then the answer is 200 and says created, updated
      And every answer has the same id
