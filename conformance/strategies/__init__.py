"""Messages drawn by Hypothesis from the components of their schemas.

text       what real phone books and call records contain
values     one strategy for each simple type
plan       a content model compiled once into what has to be drawn
documents  whole messages, as bodies to send or as documents
"""
