"""Proof of what the suite detects: seeded defects it has to find, variants it has to permit.

codes, documents, envelope, access   defects of every endpoint, made from the guide's data
usual                                variants that concern every answer
trial                                one run of the suite against one seed, in a process of its own
campaign                             many trials, and what they come to
table                                the figures on a terminal
"""
