"""What can be searched, as data: choices, spaces, published architectures and their exact cost. No torch here."""
