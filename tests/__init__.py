"""Tests: folders mirror src/ebbtide; each is a package so that same-named modules do not clash."""
