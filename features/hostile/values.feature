@hostile
Feature: Unusual values and names
  A value is stored as it was sent, or it is refused. It is never run, repaired or rounded.

  Background:
    Given these contacts are stored:
      | as    | email             | name         | status | age | phone           | notes   |
      | Grace | grace@example.com | Grace Hopper | active | 85  | +1 212 555 0100 | Admiral |

  @AC-804
  Rule: AC-804 Text that looks like code is an unknown name or a value that is kept; it is never run

    @S-fwa6
    Scenario Outline: <kind> is kept as a value
      When the editor upserts into contacts by email, notes written as <text>:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created
      And notes is kept as it was written
      And Grace is as before

      Examples: Code in some language
        | kind                   | text                                               |
        | The end of a statement | "'; DROP TABLE contacts; --"                       |
        | A condition            | "' OR '1'='1"                                      |
        | A double quote         | "\\"; DELETE FROM contacts; --"                    |
        | A comment              | "admin'/*"                                         |
        | A second query         | "' UNION SELECT name, sql FROM sqlite_master --"   |
        | A pause                | "1'; SELECT pg_sleep(10); --"                      |
        | A placeholder          | "? %s %(name)s :name $1 {0} {name}"                |
        | A pattern              | "100%_[a-z]*"                                      |
        | A template             | "{{7*7}} ${7*7} <%= 7*7 %> #{7*7}"                 |
        | A script               | "<script>alert(1)</script>"                        |
        | A markup entity        | "&lt;b&gt; &amp;amp; &#39;"                        |
        | A shell command        | "$(touch /tmp/x) `id`; rm -rf / \| cat"            |
        | A path                 | "../../../../etc/passwd"                           |
        | An LDAP filter         | "*)(uid=*))(\|(uid=*"                              |
        | A formula              | "=HYPERLINK(\\"http://example.com\\",\\"x\\")"     |
        | A header               | "x\\r\\nSet-Cookie: session=1\\r\\n\\r\\n<html>"   |
        | A log entry            | "x\\n2024-01-15 INFO login of admin"               |
        | A lookup               | "${jndi:ldap://127.0.0.1/x}"                       |
        | An XML entity          | "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///x'>]>&e;" |
        | An operator            | "{\\"$gt\\": \\"\\"}"                              |
        | A reference            | "{\\"$ref\\":\\"ada.id\\"}"                        |
        | The word null          | "null"                                             |
        | The word undefined     | "undefined"                                        |

    @S-6etd
    Scenario Outline: <kind> in a match field finds only the record that has it
      Given these accounts are stored:
        | as   | name   | currency |
        | Odd  | <text> | EUR      |
        | Main | Main 1 | EUR      |
      When the editor upserts into accounts by name:
        | name   | currency |
        | <text> | USD      |
      Then the answer is 200 and says updated
      And these accounts are now stored:
        | as  | currency |
        | Odd | USD      |
      And Main is as before

      Examples: Code in some language
        | kind                   | text                         |
        | The end of a statement | x'; DROP TABLE accounts; --x |
        | A condition            | x' OR '1'='1                 |
        | A double quote         | x" OR ""="1                  |
        | A pattern              | x%_1                         |
        | A template             | {{7*7}}1                     |
        | A backslash            | x\\' OR 1=1                  |
        | A path                 | ../../x1                     |

    @S-rmqk
    Scenario Outline: <kind> as a field name is refused
      When the editor upserts into contacts by email:
        | email             | name | <name> |
        | grace@example.com | Eve  | x      |
      Then the answer is 400
      And nothing has been written

      Examples: Names that look like code
        | kind                   | name                                |
        | The end of a statement | name = 'x' WHERE 1=1; --            |
        | A quoted name          | "name"                              |
        | A second assignment    | name" = 'x', "notes                 |
        | A list of columns      | name, notes                         |
        | An expression          | name \|\| notes                     |
        | An operator            | $set                                |
        | A placeholder          | {name} %s %(name)d                  |
        | A path                 | ../name                             |
        | A table and a column   | contacts.name                       |

    @S-yx5f
    Scenario Outline: <kind> as a match field is refused
      When the editor upserts into contacts with matchFields <names>:
        | email             | name | phone           |
        | grace@example.com | Eve  | +44 20 7946 001 |
      Then the answer is 400
      And nothing has been written

      Examples: Names that look like code
        | kind                   | names                                        |
        | The end of a statement | ["email\\"; DROP TABLE contacts; --"]        |
        | A quoted name          | ["\\"email\\""]                              |
        | A condition            | ["email\\" = 'x' OR \\"email"]               |
        | A list of columns      | ["email, phone"]                             |
        | An operator            | [{"$gt": ""}]                                |
        | A placeholder          | ["{email} %s %(email)d"]                     |
        | A function             | ["lower(email)"]                             |

    @S-3gep
    Scenario Outline: <kind> in updateWhere is refused
      When the editor upserts into contacts by email with updateWhere <where>:
        | email             | name |
        | grace@example.com | Eve  |
      Then the answer is 400
      And nothing has been written

      Examples: Conditions that look like code
        | kind                   | where                                   |
        | The end of a statement | {"status\\" = 'x' OR 1=1 --": "active"} |
        | A quoted name          | {"\\"status\\"": "active"}              |
        | An operator as a name  | {"$where": "1 == 1"}                    |
        | An operator as a value | {"status": {"$ne": "inactive"}}         |
        | A list as a value      | {"status": ["active", "inactive"]}      |

    @S-n8c9
    Scenario: A condition value that looks like code matches no record
      When the editor upserts into contacts by email with updateWhere {"notes": "x' OR '1'='1"}:
        | email             | name |
        | grace@example.com | Eve  |
      Then the answer is 200 and says ignored
      And nothing has been written

    @S-ue8r
    Scenario Outline: <kind> in updateFields is refused
      When the editor upserts into contacts by email with updateFields <names>:
        | email             | name |
        | grace@example.com | Eve  |
      Then the answer is 400
      And nothing has been written

      Examples: Names that look like code
        | kind                   | names                            |
        | The end of a statement | ["name\\" = 'x'; --"]            |
        | A quoted name          | ["\\"name\\""]                   |
        | A second assignment    | ["name = 'x', notes"]            |

    @S-yp5j
    Scenario Outline: <kind> is refused as <type> for <field>
      When the editor upserts into contacts by email:
        | email             | name | <field> |
        | grace@example.com | Eve  | <value> |
      Then the answer is 400
      And nothing has been written

      Examples: Objects and code in place of plain values
        | kind                   | type          | field    | value                            |
        | An operator            | text          | notes    | `{"$ne": null}`                  |
        | A reference            | text          | notes    | `{"$ref": "ada.id"}`             |
        | A list                 | text          | notes    | `["x"]`                          |
        | An increment           | integer       | age      | `{"$inc": 1}`                    |
        | The end of a statement | integer       | age      | `"1; DROP TABLE contacts"`       |
        | An expression          | integer       | age      | `"age + 1"`                      |
        | A condition            | boolean       | vip      | `"true OR 1=1"`                  |
        | The end of a date      | date          | birthday | `"2000-01-01'; --"`              |

    @S-cgw3
    Scenario: A name that looks like code is kept inside typed JSON
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as {"$where": {"$ref": "x.id"}, "a'; --": ["{{7*7}}"], "__proto__": {"admin": true}}:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then the answer is 200 and says created
      And payload is kept as it was written

    @S-5fup
    Scenario Outline: The table <name> does not exist
      When the editor makes every call about the table <name>
      Then every answer is 404 or 400
      And Grace is as before

      Examples: Names that look like code
        | name                                     |
        | contacts; DROP TABLE contacts            |
        | contacts"; DROP TABLE contacts; --       |
        | contacts' OR '1'='1                      |
        | "contacts"                               |
        | contacts, accounts                       |
        | main.contacts                            |
        | (SELECT * FROM contacts)                 |
        | sqlite_schema                            |
        | information_schema.tables                |
        | contacts--                               |
        | contacts%00                              |
        | contacts%0d%0aSet-Cookie: session=1      |
        | ..%2f..%2fetc%2fpasswd                   |
        | {{7*7}}                                  |
        | __proto__                                |

    @S-xyph
    Scenario Outline: The record <ident> does not exist
      When the editor <verb> the record <ident> of contacts
      Then the answer is 404 or 400
      And Grace is as before

      Examples: Ids that look like code
        | verb    | ident                    |
        | reads   | {Grace.id}'OR'1'='1      |
        | changes | {Grace.id};DROP_TABLE_contacts |
        | deletes | {Grace.id}"OR"1"="1      |
        | reads   | {Grace.id}/**/OR/**/1=1  |
        | reads   | ..%2f..%2faccounts       |
        | deletes | _all                     |
        | changes | id                       |
        | deletes | {Grace.id},2,3           |
        | reads   | 1'OR'1'='1               |
        | reads   | {"$gt":0}                |

    @S-mua5
    Scenario Outline: A list with <parameter> <value>
      When the editor lists contacts with:
        | email             | <parameter> |
        | grace@example.com | <value>     |
      Then the answer is 400

      Examples: Names that look like code
        | parameter                   | value                                       |
        | _sort                       | name; DROP TABLE contacts                   |
        | _sort                       | name DESC, notes                            |
        | _sort                       | (CASE WHEN 1=1 THEN name ELSE notes END)    |
        | _sort                       | "name"                                      |
        | _sort                       | random()                                    |
        | _fields                     | name, (SELECT sql FROM sqlite_master)       |
        | _fields                     | "name"                                      |
        | _fields                     | *                                           |
        | _include                    | accounts; --                                |
        | _limit                      | 1; DROP TABLE contacts                      |
        | _limit                      | 1 OR 1=1                                    |
        | _offset                     | 0 UNION SELECT 1                            |
        | name" = "name" OR "name     | x                                           |
        | 1=1 --                      | x                                           |
        | name[$ne]                   | x                                           |
        | name__like; --              | x                                           |

    @S-aw34
    Scenario Outline: The filter <parameter> <value> is refused or finds no record
      When the editor lists contacts with:
        | email__in     | <parameter> |
        | {Grace.email} | <fitting>   |
        | {Grace.email} | <value>     |
      Then the first list is Grace, and the last is empty or refused

      Examples: Values that the field can't have
        | parameter      | fitting      | value                |
        | id             | {Grace.id}   | 1 OR 1=1             |
        | id             | {Grace.id}   | 1' OR '1'='1         |
        | age            | 85           | x                    |
        | age            | 85           | 1 OR 1=1             |
        | age__gt        | 84           | 0) OR (1=1           |
        | age__in        | 84,85        | 1,2) OR (1=1         |
        | _offset        | 0            | 99999999999999999999 |
        | name           | Grace Hopper | `"Grace\\u0000"`     |
        | name__contains | Grace        | `"\\u0000"`          |

    @S-avss
    Scenario Outline: The filter <parameter> <value> finds only the records that fit
      Given these contacts are stored:
        | as  | email           | name   |
        | Odd | odd@example.com | <name> |
      When the editor lists contacts with:
        | email__in   | <parameter> |
        | {Odd.email} | <value>     |
      Then the list is Odd
      And every list says that there are 1 in all

      Examples: Values that look like code
        | parameter      | value            | name             |
        | name           | x' OR '1'='1     | x' OR '1'='1     |
        | name           | ' OR 1=1 --      | ' OR 1=1 --      |
        | name           | x" OR ""="       | x" OR ""="       |
        | name           | %                | %                |
        | name           | {"$ne": null}    | {"$ne": null}    |
        | name           | $(id)            | $(id)            |
        | name__contains | ' OR '1'='1      | a' OR '1'='1b    |
        | name__contains | %' --            | 50%' -- a        |
        | name__contains | a\\b             | xa\\bx           |
        | name__in       | x') OR ('1'='1   | x') OR ('1'='1   |
        | name__ne       | y' OR '1'='1     | Ada              |
        | name__gte      | ' OR '1'='1      | Ada              |

    @S-arp4
    Scenario Outline: Groups with <parameter> <value> are refused
      When the editor groups contacts with:
        | group_by   | avg   |
        | <group_by> | <avg> |
      Then the answer is 400

      Examples: Names that look like code
        | parameter | value                  | group_by               | avg                          |
        | group_by  | status; --             | status; --             | age                          |
        | group_by  | a quoted status        | "status"               | age                          |
        | avg       | another aggregate      | status                 | age), max(phone              |
        | avg       | a subquery             | status                 | (SELECT count(*) FROM sqlite_master) |

    @S-u7sq
    Scenario Outline: A transaction with <kind> is refused
      When the editor sends the transaction:
        """
        [
          {"op": "upsert", "table": "contacts", "matchFields": ["email"], "as": "ada",
           "fields": {"email": "ada@example.com", "name": "Ada Lovelace"}},
          <operation>
        ]
        """
      Then the transaction is refused
      And nothing has been written

      Examples: Operations that look like code
        | kind                       | operation                                                                                                                            |
        | a table that ends          | {"op": "create", "table": "contacts; --", "fields": {"email": "b@example.com", "name": "B"}}                                        |
        | an operation that is none  | {"op": "update; drop", "table": "contacts", "id": "{Grace.id}", "fields": {"name": "Eve"}}                                          |
        | a field that ends          | {"op": "update", "table": "contacts", "id": "{Grace.id}", "fields": {"name = 'x' --": "Eve"}}                                       |
        | a guard that is always so  | {"op": "update", "table": "contacts", "id": "{Grace.id}", "where": {"name\\" OR 1=1 --": "x"}, "fields": {"name": "Eve"}}           |
        | an operator as a guard     | {"op": "delete", "table": "contacts", "id": "{Grace.id}", "where": {"name": {"$ne": "x"}}}                                          |
        | an operator as an id       | {"op": "delete", "table": "contacts", "id": {"$gt": 0}}                                                                             |
        | an id that ends            | {"op": "delete", "table": "contacts", "id": "0 OR 1=1"}                                                                             |
        | a reference to a secret    | {"op": "update", "table": "contacts", "id": "{Grace.id}", "fields": {"name": {"$ref": "ada.__class__"}}}                            |
        | a reference that is a path | {"op": "update", "table": "contacts", "id": "{Grace.id}", "fields": {"name": {"$ref": "../ada.id"}}}                                |

  @AC-805 @defines-text
  Rule: AC-805 Text is kept to its last character; NUL and lone surrogates are kept or refused

    @S-q3tp
    Scenario Outline: <kind> is kept on a create
      When the editor upserts into contacts by email, name written as <text>:
        | email           | notes |
        | ada@example.com | first |
      Then the answer is 200 and says created
      And name is kept as it was written

      Examples: Text
        | kind                              | text                                                   |
        | An empty text                     | ""                                                     |
        | An accent                         | "Zoë Müller"                                           |
        | An emoji                          | "😀"                                                   |
        | A family of four, joined          | "👩‍👩‍👧‍👦"                                           |
        | A skin tone                       | "👍🏽"                                                |
        | A flag                            | "🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇩🇪"                                      |
        | A letter beyond 16 bits           | "𝒜𠮷"                                                  |
        | The same as escapes               | "\\ud835\\udc9c\\ud842\\udfb7"                         |
        | Hebrew and Arabic                 | "שלום مرحبا"                                           |
        | A change of direction             | "abc\\u202edef\\u202c"                                 |
        | An accent of its own              | "e\\u0301"                                             |
        | A letter with its accent          | "\\u00e9"                                              |
        | A Korean letter in its parts      | "\\u1112\\u1161\\u11ab"                                |
        | A ligature and a Roman numeral    | "ﬁ Ⅳ ½ Å"                                              |
        | The two small sigmas and sharp s  | "ςσ ß ẞ İ ı"                                           |
        | Full-width letters                | "ＡＢＣ　１２３"                                       |
        | A zero-width space and a joiner   | "a\\u200bb\\u200dc\\ufeff"                             |
        | A soft hyphen                     | "a\\u00adb"                                            |
        | Quotes of every kind              | "'\\"`´‘’“”«»"                                         |
        | Backslashes                       | "\\\\ \\\\\\\\ \\\\n \\\\u0041 C:\\\\temp"             |
        | Line ends as they are             | "a\\r\\nb\\nc\\rd\\u2028e\\u2029f\\u0085g"             |
        | A tab and other controls          | "a\\tb\\u0001c\\u001fd\\u007fe"                        |
        | White space at both ends          | "  \\t Ada \\n "                                       |
        | White space of other kinds        | "\\u00a0Ada\\u2003Lovelace\\u3000"                     |
        | Nothing but a space               | " "                                                    |
        | A character that no one uses      | "\\ufffd \\ufffe \\uffff \\ue000"                      |
        | The last character of all         | "\\udbff\\udfff"                                       |
        | The word true                     | "true"                                                 |
        | A number with zeros               | "0010.50"                                              |
        | A number with an exponent         | "1e3"                                                  |
        | A date                            | "2024-01-15T00:00:00Z"                                 |
        | Percent and plus signs            | "50%25 a+b %41 &amp; a%20b"                            |
        | Dollar signs                      | "US$ $$ $$$ $& $1 $' $` \\\\$"                          |
        | A line end at the end             | "Ada\\n"                                               |
        | A byte order mark in front        | "\\ufeffAda"                                           |
        | A heart, in colour and in black   | "\\u2764\\ufe0f \\u2764\\ufe0e"                       |

    @S-36b6
    Scenario Outline: <kind> is kept on an update
      When the editor upserts into contacts by email, notes written as <text>:
        | email             |
        | grace@example.com |
      Then the answer is 200 and says updated
      And notes is kept as it was written
      And Grace keeps id, name, phone, age

      Examples: Text
        | kind                        | text                         |
        | An empty text               | ""                           |
        | A family of four, joined    | "👩‍👩‍👧‍👦"                  |
        | An accent of its own        | "e\\u0301"                   |
        | Line ends as they are       | "a\\r\\nb\\nc\\rd"           |
        | White space at both ends    | " Ada  "                     |
        | Backslashes                 | "\\\\0 \\\\x00 \\\\"         |
        | Dollar signs                | "$$ $& $1 \\\\$"            |

    @S-ess5
    Scenario: An empty phone number is a text like others
      When the editor upserts into contacts by phone, phone written as "":
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then phone is kept as it was written, or the request is refused

    @S-5yac
    Scenario Outline: <length> of text is kept
      When the editor upserts into contacts by email, notes written as <text> times:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 200 and says created
      And notes is kept as it was written

      Examples: Lengths at which some systems stop
        | length                   | text              |
        | 256 letters              | "x" 256           |
        | 4,001 letters            | "x" 4,001         |
        | 65,536 letters           | "x" 65,536        |
        | A megabyte               | "x" 1,048,576     |
        | A megabyte of emoji      | "😀" 262,144      |
        | A megabyte of quotes     | "\\"" 524,288     |

    @S-64dj
    Scenario: Two encodings of one letter stay two texts
      When the editor upserts into contacts by email:
        | email           | name | notes        |
        | ada@example.com | Ada  | `"\\u00e9"`  |
        | bea@example.com | Bea  | `"e\\u0301"` |
      Then the answer is 200 and says created, created
      And these contacts are now stored:
        | email           | notes        |
        | ada@example.com | `"\\u00e9"`  |
        | bea@example.com | `"e\\u0301"` |

    @S-7sky
    Scenario: A filter finds emoji
      Given these contacts are stored:
        | as  | email           | name   | notes |
        | Ada | ada@example.com | Ada    | 👩‍👧 é  |
      When the editor lists contacts with:
        | email__in                       | notes |
        | {Ada.email}                     | 👩‍👧 é  |
      Then the list is Ada

    @S-naf9
    Scenario: A filter for one emoji does not find another one
      Given these contacts are stored:
        | as  | email           | name | notes |
        | Ada | ada@example.com | Ada  | 👩‍👧 é  |
      When the editor lists contacts with:
        | email__in   | notes |
        | {Ada.email} | 👩‍👦 é  |
      Then the list is empty
      And every list says that there are 0 in all

    @S-snsc
    Scenario: A key with emoji finds its record
      Given these accounts are stored:
        | as   | name     | currency |
        | Fund | 👩‍👩‍👧 1 | EUR      |
        | Next | 👩‍👩‍👦 1 | EUR      |
      When the editor upserts into accounts by name:
        | name     | currency |
        | 👩‍👩‍👧 1 | USD      |
      Then the answer is 200 and says updated
      And these accounts are now stored:
        | as   | currency |
        | Fund | USD      |
      And Next is as before

    @S-cd4j
    Scenario Outline: <kind> is kept or refused
      When the editor upserts into contacts by email, name written as <text>:
        | email           | phone           |
        | ada@example.com | +44 20 7946 001 |
      Then name is kept as it was written, or the request is refused

      Examples: Text that some systems can't store
        | kind                             | text                     |
        | A NUL                            | "\\u0000"                |
        | A NUL inside of text             | "a\\u0000b"              |
        | A NUL at the end                 | "ab\\u0000"              |
        | The first half of a character    | "a\\ud83d"               |
        | The second half of a character   | "\\ude00b"               |
        | The halves in the wrong order    | "\\ude00\\ud83d"         |

    @S-s32r
    Scenario Outline: <kind> is kept or refused on an update
      When the editor upserts into contacts by email, notes written as <text>:
        | email             |
        | grace@example.com |
      Then notes is kept as it was written, or the request is refused

      Examples: Text that some systems can't store
        | kind                          | text         |
        | A NUL                         | "a\\u0000b"  |
        | The first half of a character | "a\\ud83db"  |

    @S-c62z
    Scenario Outline: <kind> inside typed JSON is kept or refused
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as <json>:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then payload is kept as it was written, or the request is refused

      Examples: Text that some systems can't store
        | kind                          | json                     |
        | A NUL                         | {"a": "x\\u0000y"}       |
        | A NUL in a name               | {"a\\u0000b": 1}         |
        | The first half of a character | {"a": ["\\ud83d"]}       |

    @S-nu62
    Scenario Outline: The typed JSON text <json> stays text
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as <json>:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then the answer is 200 and says created
      And payload is kept as it was written

      Examples: Text that would be JSON itself
        | json           |
        | "5"            |
        | "null"         |
        | "[1]"          |
        | "{\\"a\\": 1}" |

    @S-3q6d
    Scenario: Text inside typed JSON is kept
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as {"é": "é 😀 \\ \r\n", " é ": [" "], "": ""}:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then the answer is 200 and says created
      And payload is kept as it was written

    @S-82q4
    Scenario: A text of 240 letters in a unique field is kept
      When the editor upserts into accounts by name:
        | name            | currency |
        | `"x" 240 times` | EUR      |
        | `"x" 240 times` | USD      |
      Then the answer is 200 and says created, updated
      And name is kept as it was written

    @S-v7z8
    Scenario Outline: A text of <length> letters in a unique field is kept or refused
      When the editor upserts into accounts by name:
        | name                 | currency |
        | `"x" <length> times` | EUR      |
      Then name is kept as it was written, or the request is refused

      Examples: Longer than many columns
        | length |
        | 257    |
        | 3,000  |

    @S-9c5g
    Scenario: Typed JSON of every kind is kept
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts twice into raw_transactions by reference:
        | reference | account_id | payload                                |
        | raw-1     | {Main.id}  | [1, "two", null, [3]]                  |
        | raw-2     | {Main.id}  | {"0": "2024-01-15T10:00:00Z", "1": {"0": null}, "2": null}           |
        | raw-3     | {Main.id}  | {"é 😀": {"b": [{"c": [[], {}, ""]}]}} |
        | raw-4     | {Main.id}  | false                                  |
        | raw-5     | {Main.id}  | 0                                      |
        | raw-6     | {Main.id}  | 1.5                                    |
        | raw-7     | {Main.id}  | "null"                                 |
        | raw-8     | {Main.id}  | {"b": 9007199254740991, "a": [0.1, {}]} |
      Then the answer is 200 and says 8 created, 8 updated
      And each value comes back as it was sent

    @S-z4dr @needs-batch
    Scenario: Typed JSON of every kind is kept in a batch
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these raw_transactions are stored:
        | as  | reference | account_id | payload                                 |
        | Raw | raw-3     | {Main.id}  | {"é 😀": {"b": [{"c": [[], {}, "x"]}]}} |
      When the editor upserts a batch twice into raw_transactions by reference:
        | reference | account_id | payload                                |
        | raw-1     | {Main.id}  | [1, "two", null, [3]]                  |
        | raw-2     | {Main.id}  | {"0": "2024-01-15T10:00:00Z", "1": {"0": null}, "2": null}           |
        | raw-3     | {Main.id}  | {"é 😀": {"b": [{"c": [[], {}, ""]}]}} |
        | raw-4     | {Main.id}  | false                                  |
        | raw-5     | {Main.id}  | 0                                      |
        | raw-6     | {Main.id}  | 1.5                                    |
        | raw-7     | {Main.id}  | "null"                                 |
        | raw-8     | {Main.id}  | {"b": 9007199254740991, "a": [0.1, {}]} |
      Then the answer is 200 and says 2 created, updated, 5 created, 8 updated
      And each value comes back as it was sent

  @AC-806 @defines-decimal @defines-integer
  Rule: AC-806 A number is kept or refused, and never changed silently

    @S-v3zx
    Scenario: The fewest and the most rows of an import are kept
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into import_batches by reference:
        | reference | account_id | row_count           |
        | batch-1   | {Main.id}  | 0                   |
        | batch-2   | {Main.id}  | 9223372036854775807 |
        | batch-3   | {Main.id}  | null                |
      Then the answer is 200 and says 3 created
      And each value comes back as it was sent

    @S-v25j
    Scenario: The lowest and the highest version of a template are kept
      When the editor upserts into category_templates by name:
        | name  | version              |
        | one   | -9223372036854775808 |
        | two   | 9223372036854775807  |
        | three | null                 |
      Then the answer is 200 and says 3 created
      And each value comes back as it was sent

    @S-h42d
    Scenario Outline: <number> is kept in an integer field
      When the editor upserts into category_templates by name, version written as <number>:
        | name    |
        | Monthly |
      Then the answer is 200 and says created
      And version is kept as it was written

      Examples: Numbers of 64 bits
        | number               |
        | 0                    |
        | -0                   |
        | -1                   |
        | 2147483647           |
        | 2147483648           |
        | -2147483649          |
        | 4294967296           |
        | 9007199254740991     |
        | 9007199254740992     |
        | 9007199254740993     |
        | -9007199254740993    |
        | 9223372036854775806  |
        | 9223372036854775807  |
        | -9223372036854775808 |

    @S-n3kh @needs-records
    Scenario: A large integer is kept by a change
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      And these transactions are stored:
        | as   | reference | account_id | date       | amount |
        | Sale | tx-1      | {Main.id}  | 2024-01-15 | 1.00   |
      When the editor changes Sale:
        | sequence_number  |
        | 9007199254740993 |
      Then the answer is 200
      And each value comes back as it was sent

    @S-cybj
    Scenario Outline: <number> is kept in an integer field or refused
      When the editor upserts into category_templates by name, version written as <number>:
        | name    |
        | Monthly |
      Then version is kept as it was written, or the request is refused

      Examples: Not 64-bit integers, or written in another way
        | number                        |
        | 9223372036854775808           |
        | -9223372036854775809          |
        | 18446744073709551615          |
        | 18446744073709551616          |
        | 1000000000000000000000        |
        | 1e3                           |
        | 1E+2                          |
        | 3.0                           |
        | -0.0                          |
        | 9007199254740993.0            |
        | 9.007199254740993e15          |
        | 1.5                           |
        | 0.9999999999999999999         |
        | 1e18                          |
        | 1e19                          |
        | 1e400                         |
        | 1e-400                        |
        | -1e400                        |
        | 1e999999                      |

    @S-rs4b
    Scenario Outline: A stored integer becomes <number> or is unchanged
      Given these category_templates are stored:
        | as      | name    | version |
        | Monthly | Monthly | 1       |
      When the editor upserts into category_templates by name, version written as <number>:
        | name    |
        | Monthly |
      Then version is kept as it was written, or the request is refused

      Examples: Large numbers
        | number               |
        | 9007199254740993     |
        | 9223372036854775808  |
        | 18446744073709551617 |
        | 1.0000000000000001   |

    @S-wqc3
    Scenario Outline: The decimal <decimal> is kept
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into transactions by reference:
        | reference | account_id | date       | amount    |
        | tx-1      | {Main.id}  | 2024-01-15 | <decimal> |
      Then the answer is 200 and says created
      And amount is kept as it was written
      And these transactions are now stored:
        | reference | amount    |
        | tx-1      | <decimal> |

      Examples: Decimals
        | decimal                   |
        | 0.10                      |
        | 0.30                      |
        | 4500.00                   |
        | -0.01                     |
        | 0.1234                    |
        | 9007199254740993          |
        | 9007199254740993.01       |
        | 123456789012.34           |
        | 1234567890123456.78       |

    @S-2cer
    Scenario Outline: The decimal <decimal> is kept or refused
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into transactions by reference, amount written as <json>:
        | reference | account_id | date       |
        | tx-1      | {Main.id}  | 2024-01-15 |
      Then amount is kept as it was written, or the request is refused

      Examples: Decimals of many digits
        | decimal                                            | json                                                 |
        | 0.30000000000000004                                | "0.30000000000000004"                                |
        | 0.1000000000000000055511151231257827               | "0.1000000000000000055511151231257827"               |
        | 12345678901234567890123456789012345678901234567890 | "12345678901234567890123456789012345678901234567890" |
        | 0.00000000000000000000000000000000000000000001     | "0.00000000000000000000000000000000000000000001"     |
        | 1e3                                                | "1e3"                                                |
        | 1e400                                              | "1e400"                                              |

    @S-mbgw
    Scenario Outline: <kind> is refused as a decimal
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into transactions by reference, amount written as <json>:
        | reference | account_id | date       |
        | tx-1      | {Main.id}  | 2024-01-15 |
      Then the answer is 400
      And nothing has been written

      Examples: Text that some libraries accept as a decimal
        | kind                | json         |
        | Not a number        | "NaN"        |
        | Infinity            | "Infinity"   |
        | Minus infinity      | "-inf"       |
        | An underscore       | "1_000"      |
        | A thousands comma   | "1,000.00"   |
        | A decimal comma     | "1000,50"    |
        | A currency          | "€ 10"       |
        | An empty text       | ""           |
        | A space             | " 10 "       |
        | A line end          | "10\\n"      |
        | Eastern digits      | "١٢٣"        |
        | A hexadecimal       | "0x10"       |

    @S-g4u3
    Scenario Outline: <number> inside typed JSON is kept
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as {"n": [<number>]}:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then the answer is 200 and says created
      And payload is kept as it was written

      Examples: Numbers that a double holds
        | number                |
        | 0                     |
        | 0.1                   |
        | -1.5                  |
        | 0.30000000000000004   |
        | 9007199254740991      |
        | -9007199254740991     |
        | 1e3                   |
        | 1E-2                  |
        | 1e300                 |
        | 100.0                 |

    @S-h6cf
    Scenario Outline: <number> inside typed JSON is kept or refused
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as {"n": [<number>]}:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then payload is kept as it was written, or the request is refused

      Examples: Numbers that a double does not hold
        | number                                 |
        | -0.0                                   |
        | 9007199254740993                       |
        | -9007199254740993                      |
        | 9223372036854775807                    |
        | 9223372036854775808                    |
        | 18446744073709551617                   |
        | 123456789012345678901234567890         |
        | 9007199254740993.0                     |
        | 0.1000000000000000055511151231257827   |
        | 12345678901234567890.123               |
        | 1.7976931348623157e308                 |
        | 1e309                                  |
        | 1e400                                  |
        | -1e400                                 |
        | 1e-400                                 |
        | 5e-324                                 |
        | 2e-324                                 |
        | 1e999999999                            |

    @S-3jng
    Scenario: A number of 10,000 digits is kept or refused
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts into raw_transactions by reference, payload written as 9, 10,000 digits:
        | reference | account_id |
        | raw-1     | {Main.id}  |
      Then payload is kept as it was written, or the request is refused

    @S-v4vw
    Scenario: A number of 10,000 digits in an integer field is refused
      When the editor upserts into contacts by email, age written as 9, 10,000 digits:
        | email           | name         |
        | ada@example.com | Ada Lovelace |
      Then the answer is 400
      And nothing has been written

    @S-d2m5
    Scenario: Amounts and dates come back when they are sent, and when they are sent again
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts twice into transactions by reference:
        | reference | account_id | date       | amount              | balance | sequence_number | notes |
        | tx-1      | {Main.id}  | 1500-02-28 | 10.50               | 100     | -3              | `""`  |
        | tx-2      | {Main.id}  | 9999-12-31 | 1234567890123456.78 | -0.105  | 2147483648      | 0     |
        | tx-3      | {Main.id}  | 2024-02-29 | 0.00                | null    | 0               | 010   |
      Then the answer is 200 and says 3 created, 3 updated
      And each value comes back as it was sent

    @S-9wnn @needs-batch
    Scenario: Amounts and dates come back from a batch, and when it is sent again
      Given these accounts are stored:
        | as   | name   | currency |
        | Main | Main 1 | EUR      |
      When the editor upserts a batch twice into transactions by reference:
        | reference | account_id | date       | amount              | balance | sequence_number | notes |
        | tx-1      | {Main.id}  | 1500-02-28 | 10.50               | 100     | -3              | `""`  |
        | tx-2      | {Main.id}  | 9999-12-31 | 1234567890123456.78 | -0.105  | 2147483648      | 0     |
        | tx-3      | {Main.id}  | 2024-02-29 | 0.00                | null    | 0               | 010   |
      Then the answer is 200 and says 3 created, 3 updated
      And each value comes back as it was sent
