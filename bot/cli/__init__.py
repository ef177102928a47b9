"""The command line: one module for the commands that operate the bot, one for each part of the product that has some."""
