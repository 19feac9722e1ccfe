"""Proof of what the suite detects: seeded defects it has to find, variants it has to permit.

codes, documents, envelope           defects of every answer, made from the guide's data
http_faults, access                  defects of what carries it, and of who is let in
usual                                variants that concern every answer
places, values, responses            what these are made of: schemas, types, bytes
general                              all of them together
trial                                one run of the suite against one seed, in a process of its own
campaign                             many trials, and what they come to
table                                the figures on a terminal
"""
