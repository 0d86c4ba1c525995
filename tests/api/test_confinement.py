"""A path stays in its folder or does not, whatever it goes through."""

from api.confinement import is_inside


def test_dots_and_links_lead_where_they_lead(tmp_path):
    root = tmp_path / "root"
    (root / "inner").mkdir(parents=True)
    (root / "out").symlink_to("/etc")
    (root / "in").symlink_to(root / "inner")
    (root / "loop").symlink_to("loop")
    assert is_inside(root, root)
    assert is_inside(root / "in" / "x", root)
    assert is_inside(root / "inner" / ".." / "inner", root)
    assert not is_inside(root / "out" / "passwd", root)
    assert not is_inside(root / ".." / "other", root)
    assert not is_inside(tmp_path / "rooted", root)
    assert not is_inside(root / "loop" / "x", root)
