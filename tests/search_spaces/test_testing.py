from search_spaces.testing import SpaceLaws, ToySpace


class TestToySpace(SpaceLaws):
    space = ToySpace()
    draws = 60
