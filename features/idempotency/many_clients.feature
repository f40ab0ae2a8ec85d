@idempotency
Feature: The same request from many clients at once
  A retry does not wait until the first request has ended. A server that looks for the key, and keeps it only after the write,
  is overtaken in between.

  @AC-923 @alone
  Rule: AC-923 Many clients send one request with one key at once: it is done once, and each gets that answer, or 409 while it is under way

    @S-26sw
    Scenario: Many clients create one contact with one key
      When many clients with one key at once upsert into contacts by email:
        | email           | name | age |
        | ada@example.com | Ada  | 36  |
      Then all answers to one key are the same, or 409
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    @S-bej4
    Scenario: Many clients change one contact with one key
      Given these contacts are stored:
        | as    | email             | name         | status |
        | Grace | grace@example.com | Grace Hopper | active |
      When many clients with one key at once upsert into contacts by email:
        | email             | name   | status   |
        | grace@example.com | Gracie | inactive |
      Then all answers to one key are the same, or 409
      And some order of the requests explains every answer and what is stored

    @S-zvxw
    Scenario: Pairs of clients change one contact, each pair with a key
      Given these contacts are stored:
        | as    | email             | name         |
        | Grace | grace@example.com | Grace Hopper |
      When many pairs of clients with a key each at once upsert into contacts by email:
        | email             | name             | notes               |
        | grace@example.com | Grace {number}   | written by {number} |
      Then all answers to one key are the same, or 409
      And each key has one record, with the values of one request
      And some order of the requests explains every answer and what is stored

    @S-4g8u @needs-records
    Scenario: Many clients create one record without a unique key
      Given these users are stored:
        | as   | email            | name |
        | Mira | mira@example.com | Mira |
      When many clients with one key at once create in projects:
        | name  | user_id   |
        | Atlas | {Mira.id} |
      Then all answers to one key are the same, or 409
      And one record in projects has user_id {Mira.id}
