"""Chains of ten steps on other engines, each a program that prints one JSON line: ``{"stepsPerSecond"}``."""
