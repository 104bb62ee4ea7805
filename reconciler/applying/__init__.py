"""Applying: steps → writes → read back → results, each journalled before and after."""
