"""Profiles of tables: kinds of columns, target, and fitted encoders."""
