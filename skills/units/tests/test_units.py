from units.handler import Kind, convert, known


def test_a_mile_is_exact() -> None:
    assert convert("1", "mi", "km") == "1.609344"


def test_every_kind_has_units() -> None:
    assert all(known(kind) for kind in Kind)
