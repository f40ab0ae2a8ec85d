@records
Feature: What filters find
  A filter finds what is stored, also where a value looks like something else, is long, or has a time zone.

  Background:
    Given these users are stored:
      | as   | email            | name |
      | Mira | mira@example.com | Mira |

  @AC-604
  Rule: AC-604 A list has exactly the records that pass all filters

    @S-9fv8
    Scenario Outline: <kind> in a filter is what it is
      Given these projects are stored:
        | as    | name  | description | user_id   |
        | Atlas | Atlas | <value>     | {Mira.id} |
        | Bolt  | Bolt  | <other>     | {Mira.id} |
      When the editor lists projects with:
        | user_id   | description         |
        | {Mira.id} | {Atlas.description} |
      Then the list is Atlas

      Examples: Values that a lenient reader takes for others
        | kind                   | value  | other |
        | a zero before a digit  | 0815   | 815   |
        | a plus                 | a+b    | a b   |
        | a percent escape       | %41    | A     |
        | a capital letter       | Lamp   | lamp  |
        | an exponent            | 1e3    | 1000  |
        | an accent              | Crème  | Creme |
        | an empty text          | `""`   | null  |

    @S-rhjj
    Scenario Outline: <character> in a search is no wildcard
      Given these projects are stored:
        | as    | name       | user_id   |
        | Atlas | <name>     | {Mira.id} |
        | Bolt  | 100 x Lamp | {Mira.id} |
      When the editor lists projects with:
        | user_id   | name__contains |
        | {Mira.id} | <part>         |
      Then the list is Atlas

      Examples: What LIKE and GLOB read otherwise
        | character      | name        | part    |
        | a percent sign | 100 % Lamp  | 0 % L   |
        | an underscore  | 100 _ Lamp  | 0 _ L   |
        | a star         | 100 * Lamp  | 0 * L   |
        | a question     | 100 ? Lamp  | 0 ? L   |
        | a backslash    | 100 \\ Lamp | 0 \\ L  |

    @S-qhj2
    Scenario: A long text is found even if nothing else is shown
      Given these projects are stored:
        | as    | name  | description | user_id   |
        | Atlas | Atlas | The lighthouse keeper writes down every ship that passes, its flag, its sails, its course and the hour; in winter, when no ship passes for days, he writes down the gulls instead, and once, in a night without a wind, the silence | {Mira.id} |
        | Bolt  | Bolt  | The lighthouse keeper writes down every ship that passes, its flag, its sails, its course and the hour; in winter, when no ship passes for days, he writes down the gulls instead, and once, in a night without a wind, the stars   | {Mira.id} |
      When the editor lists projects with:
        | user_id   | description         | _fields     |
        | {Mira.id} | {Atlas.description} | description |
      Then the list is Atlas
      And each listed record has just the fields id, description

    @S-bb7k
    Scenario Outline: A day with <operator> <day>
      Given these contacts are stored:
        | as  | email           | name         | birthday   |
        | Ada | ada@example.com | Ada Lovelace | 1815-12-10 |
      When the editor lists contacts with:
        | email       | birthday__<operator> |
        | {Ada.email} | <day>                |
      Then the list is <who>

      Examples: The day itself, and its neighbours
        | operator | day        | who   |
        | eq       | 1815-12-10 | Ada   |
        | lt       | 1815-12-10 | empty |
        | lte      | 1815-12-10 | Ada   |
        | gt       | 1815-12-09 | Ada   |
        | ne       | 1815-12-10 | empty |

    @S-4gr3
    Scenario Outline: A moment with <operator> <moment> is compared as a moment
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path         | processed_at              |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | 2024-01-15T08:00:00+02:00 |
        | Full  | {Photo.id}      | webp         | kitchen/1_full.webp  | 2024-01-15T07:00:00Z      |
      When the editor lists asset_variants with:
        | parent_asset_id | processed_at__<operator> |
        | {Photo.id}      | <moment>                 |
      Then the list is <who>

      Examples: Earlier on the same day, and the same instant with another offset
        | operator | moment                    | who         |
        | lt       | 2024-01-15T06:30:00Z      | Thumb       |
        | gt       | 2024-01-15T06:30:00Z      | Full        |
        | eq       | 2024-01-15T06:00:00Z      | Thumb       |
        | lte      | 2024-01-15T09:00:00+02:00 | Thumb, Full |
        | gte      | 2024-01-15T09:00:00+02:00 | Full        |
        | gt       | 2024-01-15T06:00:00Z      | Full        |
        | lt       | 2024-01-15T07:00:00Z      | Thumb       |
        | gte      | 2024-01-15T06:00:00.250Z  | Full        |

    @S-33vj
    Scenario Outline: An amount with <operator> <amount> is compared as a number
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount |
        | Fee  | tx-1      | {Main.id}  | 2024-01-15 | 2.50   |
        | Sale | tx-2      | {Main.id}  | 2024-01-15 | 10.00  |
      When the editor lists transactions with:
        | account_id | amount__<operator> |
        | {Main.id}  | <amount>           |
      Then the list is <who>

      Examples: As text, 9 would come after both
        | operator | amount | who  |
        | gt       | 9      | Sale |
        | lt       | 9      | Fee  |

    @S-5q9q
    Scenario: A null in a JSON field is found as null
      Given these projects are stored:
        | as    | name  | collected_data     | user_id   |
        | Atlas | Atlas | null               | {Mira.id} |
        | Bolt  | Bolt  | {"useCases": []}   | {Mira.id} |
      When the editor lists projects with:
        | user_id   | collected_data__isnull |
        | {Mira.id} | true                   |
      Then the list is Atlas

    @S-dhjc
    Scenario Outline: Where nothing is said it is not false: <filter> <value>
      Given these contacts are stored:
        | as    | email             | name         | vip   |
        | Ada   | ada@example.com   | Ada Lovelace | false |
        | Grace | grace@example.com | Grace Hopper |       |
        | Alan  | alan@example.com  | Alan Turing  | true  |
      When the editor lists contacts with:
        | email__in                              | <filter> |
        | {Ada.email},{Grace.email},{Alan.email} | <value>  |
      Then the list is Ada

      Examples: As it is, in a list of one, and not the other
        | filter  | value |
        | vip     | false |
        | vip__in | false |
        | vip__ne | true  |

    @S-p45n
    Scenario Outline: A number of 64 bits with <operator> <score> is compared to its last digit
      Given these projects are stored:
        | as    | name  | validation_score  | user_id   |
        | Large | Large | 9007199254740993  | {Mira.id} |
        | Less  | Less  | 9007199254740992  | {Mira.id} |
        | Low   | Low   | -9007199254740993 | {Mira.id} |
        | Lower | Lower | -9007199254740994 | {Mira.id} |
      When the editor lists projects with:
        | user_id   | validation_score__<operator> |
        | {Mira.id} | <score>                      |
      Then the list is <who>

      Examples: Two that are one as a double, above 0 and below
        | operator | score             | who              |
        | eq       | 9007199254740993  | Large            |
        | lt       | 9007199254740993  | Less, Low, Lower |
        | in       | 9007199254740992  | Less             |
        | eq       | -9007199254740993 | Low              |
        | gte      | -9007199254740993 | Large, Less, Low |
        | in       | -9007199254740993 | Low              |

    @S-8zf3
    Scenario: Two filters of one name are both passed
      Given these projects are stored:
        | as     | name        | user_id   |
        | Bridge | Steel Lamp  | {Mira.id} |
        | Atlas  | Oak Lamp    | {Mira.id} |
        | Bolt   | Oak Table   | {Mira.id} |
      When the editor lists projects with:
        | user_id   | name__contains | name__contains |
        | {Mira.id} | Oak            | Lamp           |
      Then the list is Atlas
      And every list says that there are 1 in all

    @S-p5hq
    Scenario: An address finds the contact that has it now
      Given these contacts are stored:
        | as  | email           | name         | phone           |
        | Ada | ada@example.com | Ada Lovelace | +44 20 7946 001 |
      When the editor upserts into contacts by phone:
        | email             | name         | phone           |
        | byron@example.com | Ada Lovelace | +44 20 7946 001 |
        | ada@example.com   | Ada Yonath   | +972 8 934 001  |
      Then the answer is 200 and says updated, created
      And these contacts are now stored:
        | as  | email             | name         |
        | Ada | byron@example.com | Ada Lovelace |
        |     | ada@example.com   | Ada Yonath   |

  @AC-605 @defines-order
  Rule: AC-605 A list is sorted as requested

    @S-vhw3
    Scenario: Moments with other offsets are sorted as moments
      Given these room_assets are stored:
        | as    | session_id | room_id | asset_type |
        | Photo | session-1  | kitchen | photo      |
      And these asset_variants are stored:
        | as    | parent_asset_id | variant_type | storage_path         | processed_at              |
        | Thumb | {Photo.id}      | thumbnail    | kitchen/1_thumb.webp | 2024-01-15T08:00:00+02:00 |
        | Small | {Photo.id}      | optimized    | kitchen/1_opt.webp   | 2024-01-15T03:00:00-02:00 |
        | Full  | {Photo.id}      | webp         | kitchen/1_full.webp  | 2024-01-15T07:00:00Z      |
      When the editor lists asset_variants with:
        | parent_asset_id | _sort        |
        | {Photo.id}      | processed_at |
      Then the list is Small, Thumb, Full, in this order
