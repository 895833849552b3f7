"""The shipped data: register, layers, recipes, styles, words. Installed as erdao_gis.shipped."""
