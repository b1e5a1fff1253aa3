"""The list of clauses and the tests that serve them say the same; the page that shows it is up to date."""

from support.policy_coverage import PAGE, clauses, page, serving


def test_every_clause_is_served_or_says_why_not() -> None:
    """A school that adopts a policy would believe that a clause is kept which nothing keeps."""
    tests = serving()
    silent = [clause.id for clause in clauses() if clause.id not in tests and not clause.unserved]
    assert silent == []


def test_what_is_served_does_not_say_that_it_is_not() -> None:
    tests = serving()
    assert [clause.id for clause in clauses() if clause.id in tests and clause.unserved] == []


def test_no_test_serves_a_clause_that_is_not_listed() -> None:
    """A slip in an id would leave its clause unserved, and nobody would see."""
    known = [clause.id for clause in clauses()]
    assert sorted(set(serving()) - set(known)) == []
    assert len(set(known)) == len(known)


def test_the_page_for_governors_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
